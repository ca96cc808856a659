package org.flowprior.flow;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.StateFile;
import org.flowprior.torch.nn.Init;

/**
 * Velocity networks in files. Writes safetensors, the official keys after the prefix {@code net.}, as the official toy
 * and loss modules name the network, with the {@link TimeConvention} in the metadata {@code timeConvention}.
 *
 * <p>Reads safetensors or {@code .pt}, and the network may lie in any of the official containers: with bare keys, after
 * {@code net.} or {@code flow_loss.net.}, in an entry {@code ema}, {@code model} or {@code state_dict} (the first that
 * exists, in this order). Other tensors beside a network that has a prefix are ignored.
 */
public final class FlowModelFile {

    static final String CONVENTION = "timeConvention";
    static final String PREFIX = "net.";
    private static final String LANDMARK = "input_proj.weight";
    private static final List<String> ENTRIES = List.of("ema.", "model.", "state_dict.");

    private FlowModelFile() {}

    /** Writes the model's weights and convention; an old file is replaced whole or not at all. */
    public static void write(Path file, FlowModel model) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        model.network().stateDict().forEach((key, tensor) -> state.put(PREFIX + key, tensor));
        Safetensors.write(file, state, Map.of(CONVENTION, model.convention().name().toLowerCase(Locale.ROOT)));
    }

    /**
     * Reads the model in the file, float32 on the CPU, in the convention that the file states.
     *
     * @param unstated the convention of a file that states none, as the official files do: {@link TimeConvention#PAPER}
     *                 for those of the toy, {@link TimeConvention#OFFICIAL} for the others
     * @throws IllegalArgumentException naming the file, for content that is not a velocity network
     */
    public static FlowModel read(Path file, TimeConvention unstated) {
        TimeConvention convention = convention(file).orElse(unstated);
        return new FlowModel(readNetwork(file), convention);
    }

    /**
     * Reads the raw network in the file, float32 on the CPU, its sizes taken from the weights.
     *
     * @throws IllegalArgumentException naming the file, for content that is not a velocity network
     */
    public static VelocityNetwork readNetwork(Path file) {
        VelocityNetwork network = null;
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> state = networkIn(file, tensors(file));
            try {
                VelocityNetwork.Config config = VelocityNetwork.Config.of(state);
                network = Init.skipped(() -> new VelocityNetwork(config));
                network.loadStateDict(state);
                return network;
            } catch (IllegalArgumentException e) {
                if (network != null) {
                    network.close();
                }
                throw StateFile.refused(file, e);
            }
        }
    }

    /**
     * Returns the convention that the file states; empty if it states none.
     *
     * @throws IllegalArgumentException naming the file, for an unknown convention
     */
    public static Optional<TimeConvention> convention(Path file) {
        return Optional.ofNullable(StateFile.metadata(file).get(CONVENTION)).map(text -> Stream
                .of(TimeConvention.values()).filter(known -> known.name().equalsIgnoreCase(text)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(file + ": the metadata says " + CONVENTION + " = '"
                        + text + "', which is neither paper nor official")));
    }

    private static Map<String, Tensor> networkIn(Path file, Map<String, Tensor> tensors) {
        List<String> prefixes = tensors.keySet().stream()
                .filter(key -> key.equals(LANDMARK) || key.endsWith("." + LANDMARK))
                .map(key -> key.substring(0, key.length() - LANDMARK.length())).toList();
        String prefix = prefixes.size() == 1 ? prefixes.getFirst() : ENTRIES.stream()
                .flatMap(entry -> prefixes.stream().filter(p -> p.startsWith(entry)).limit(1)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(file + (prefixes.isEmpty()
                        ? ": no tensor '" + LANDMARK + "' under any prefix, so it holds no velocity network"
                        : ": holds several networks, under " + String.join(", ", prefixes)
                                + "; write the one that is meant to a file of its own")));
        return under(prefix, tensors);
    }

    /** Returns the entries whose keys start with the prefix, under the rest of their keys. */
    static <V> Map<String, V> under(String prefix, Map<String, V> entries) {
        Map<String, V> found = new LinkedHashMap<>();
        entries.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return found;
    }

    /** Reads the tensors of a file; in a {@code .pt}, a key is the keys of the nested dicts, joined with dots. */
    private static Map<String, Tensor> tensors(Path file) {
        return StateFile.isSafetensors(file) ? Safetensors.read(file) : PtFile.readTensors(file);
    }
}
