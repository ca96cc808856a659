package org.flowprior.autoencoder;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.StateFile;
import org.flowprior.torch.nn.Init;

/**
 * Autoencoders in files, under the official keys. What is written is safetensors, with the {@link AutoencoderConfig} in
 * the metadata {@code autoencoder}, or a {@code .pt} as the official code reads it.
 *
 * <p>What is read may be safetensors or {@code .pt}; in a {@code .pt}, the weights may lie in an entry {@code ema},
 * {@code model} or {@code state_dict} (the first there is, in this order) or bare, their keys behind {@code module.}
 * and {@code _orig_mod.} or not. The flow network of an official {@code FlowAE} ({@code flow_loss.}) is left alone;
 * {@link org.flowprior.flow.FlowModelFile} reads it.
 */
public final class AutoencoderFile {

    private static final List<String> ENTRIES = List.of("ema", "model", "state_dict");
    private static final String FLOW = "flow_loss.";
    private static final List<String> REPA = List.of("repa_model.", "projection.");

    private AutoencoderFile() {}

    /** Writes the autoencoder as safetensors; an old file is replaced whole or not at all. */
    public static void write(Path file, Autoencoder autoencoder) {
        write(file, autoencoder.config(), autoencoder.stateDict());
    }

    /** Writes a state, weights or their averages, as safetensors; an old file is replaced whole or not at all. */
    public static void write(Path file, AutoencoderConfig config, Map<String, ? extends Tensor> state) {
        Safetensors.write(file, state, Map.of(ConfigText.KEY, ConfigText.of(config)));
    }

    /**
     * Writes a state as a {@code .pt} with the entry {@code model}, which the official code loads; the config is not in
     * it. An old file is replaced whole or not at all.
     */
    public static void writePt(Path file, Map<String, ? extends Tensor> state) {
        PtFile.write(file, Map.of("model", new LinkedHashMap<>(state)));
    }

    /**
     * The autoencoder in the file, float32 on the CPU, in evaluation mode. Of a file that does not state its config,
     * the sizes are read from the weights, with heads of 64 channels, and what they do not show is official: options of
     * the bottleneck, weight and {@link RepaAlign#REPEAT} of the representation alignment.
     *
     * @throws IllegalArgumentException naming the file, for content that is not an autoencoder
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Autoencoder read(Path file) {
        return read(file, UnaryOperator.identity());
    }

    /**
     * The autoencoder in the file with other options: {@code read(file, c -> c.withRepa(null))} leaves the frozen
     * encoder and the projection of its alignment away.
     *
     * @param options what the config is to be, of what the file tells
     * @throws IllegalArgumentException naming the file, for content that is not such an autoencoder
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Autoencoder read(Path file, UnaryOperator<AutoencoderConfig> options) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> state = state(file);
            Autoencoder autoencoder = null;
            try {
                String text = StateFile.metadata(file).get(ConfigText.KEY);
                AutoencoderWeights weights = new AutoencoderWeights(state);
                AutoencoderConfig config = options.apply(text == null ? weights.config() : ConfigText.config(text));
                weights.requireSizes(config);
                if (config.repa() == null) {
                    state.keySet().removeIf(key -> REPA.stream().anyMatch(key::startsWith));
                }
                autoencoder = Init.skipped(() -> new Autoencoder(config));
                autoencoder.loadStateDict(state);
                autoencoder.eval();
                return autoencoder;
            } catch (IllegalArgumentException e) {
                if (autoencoder != null) {
                    autoencoder.close();
                }
                throw StateFile.refused(file, e);
            }
        }
    }

    /**
     * The config of the autoencoder in the file, as {@link #read(Path)} finds it, without making one.
     *
     * @throws IllegalArgumentException naming the file, for content that is not an autoencoder
     * @throws UncheckedIOException     when it cannot be read
     */
    public static AutoencoderConfig config(Path file) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> state = state(file);
            String text = StateFile.metadata(file).get(ConfigText.KEY);
            try {
                return text == null ? new AutoencoderWeights(state).config() : ConfigText.config(text);
            } catch (IllegalArgumentException e) {
                throw StateFile.refused(file, e);
            }
        }
    }

    /**
     * The weights under the official keys, in the innermost scope, whatever autoencoder they are of.
     *
     * @throws IllegalArgumentException naming the file, for content that is no state
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Map<String, Tensor> state(Path file) {
        Map<String, Tensor> state = StateFile.read(file, "an autoencoder", ENTRIES);
        state.keySet().removeIf(key -> key.startsWith(FLOW));
        return state;
    }
}
