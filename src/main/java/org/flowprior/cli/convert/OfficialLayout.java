package org.flowprior.cli.convert;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.IdentityBottleneck;
import org.flowprior.autoencoder.SoftVqBottleneck;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.TimeConvention;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.StateFile;

/**
 * What the official scripts load: a dict of entries, or the bare state.
 *
 * @param kind     what the weights are, for the report
 * @param object   of the {@code .pt}
 * @param leftOut  names of tensors that have no place in it
 */
record OfficialLayout(String kind, Object object, List<String> leftOut) {

    private static final String MODEL = "model";
    private static final String EMA = "ema";
    private static final String NETWORK = "net.";

    /**
     * Arranges the tensors of a safetensors file, by its metadata: an autoencoder under {@code model} and {@code ema},
     * a generator under {@code model} and {@code model_ema}, a velocity network in the official time under
     * {@code model} and {@code ema} with the prefix {@code flow_loss.net.}, one in the paper's time bare, as the toy's; one that was
     * converted before under its entry again; anything else bare.
     */
    static OfficialLayout of(Path file, Map<String, Tensor> tensors) {
        Map<String, String> metadata = StateFile.metadata(file);
        if (metadata.containsKey("autoencoder")) {
            return of("autoencoder", tensors, EMA, options(file));
        }
        if (metadata.containsKey("mar")) {
            return of("generator", tensors, "model_ema", Map.of());
        }
        if (metadata.containsKey(StateFile.ENTRY)) {
            return of("state", tensors, metadata.get(StateFile.ENTRY), StateFile.arguments(file));
        }
        if (FlowModelFile.convention(file).isEmpty()) {
            return new OfficialLayout("bare state", new LinkedHashMap<>(tensors), List.of());
        }
        boolean paper = FlowModelFile.convention(file).get() == TimeConvention.PAPER;
        Map<String, Tensor> network = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (name.startsWith(NETWORK)) {
                network.put(paper ? name : "flow_loss." + name, tensor);
            }
        });
        List<String> others = tensors.keySet().stream().filter(name -> !name.startsWith(NETWORK)).toList();
        OfficialLayout layout =
                paper ? new OfficialLayout("velocity network in the paper's time, as of the toy", network,
                        others) : of("velocity network in the official time", network, EMA, Map.of());
        return new OfficialLayout(layout.kind, layout.object, others);
    }

    private static OfficialLayout of(String kind, Map<String, Tensor> state, String entry, Map<?, ?> arguments) {
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put(MODEL, new LinkedHashMap<>(state));
        entries.put(entry, new LinkedHashMap<>(state));
        if (!arguments.isEmpty()) {
            entries.put("args", arguments);
        }
        return new OfficialLayout(kind, entries, List.of());
    }

    /** Returns the options that the weights do not show, under their official names. */
    private static Map<String, Object> options(Path file) {
        return switch (AutoencoderFile.config(file).bottleneck()) {
            case SoftVqBottleneck.Options soft -> Map.of("tau", soft.temperature());
            case IdentityBottleneck.Options identity -> Map.of("std_latents", identity.standardize());
            default -> Map.of();
        };
    }
}
