package org.flowprior.autoencoder;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.ModelFile;

/**
 * Reads and writes autoencoders under the official keys. Writes safetensors, with the {@link AutoencoderConfig} in the
 * metadata {@code autoencoder}, or a {@code .pt} as the official code reads it.
 *
 * <p>Reads safetensors or {@code .pt}. A {@code .pt} has the weights bare or in an entry {@code ema}, {@code model} or
 * {@code state_dict} (the first that exists, in this order), and keys may start with {@code module.} and
 * {@code _orig_mod.}. The flow network of an official {@code FlowAE} ({@code flow_loss.}) is ignored;
 * {@link org.flowprior.flow.FlowModelFile} reads it.
 */
public final class AutoencoderFile {

    private static final String FLOW = "flow_loss.";
    private static final List<String> REPA = List.of("repa_model.", "projection.");

    private static final ModelFile<AutoencoderConfig, Autoencoder> FILES = new ModelFile<>(AutoencoderConfig.class,
            "autoencoder", "autoencoder", List.of("ema", "model", "state_dict")) {

        @Override
        protected AutoencoderConfig configOf(Map<String, Tensor> state) {
            return new AutoencoderWeights(state).config();
        }

        @Override
        protected void requireSizes(AutoencoderConfig config, Map<String, Tensor> state) {
            new AutoencoderWeights(state).requireSizes(config);
        }

        @Override
        protected AutoencoderConfig withArguments(AutoencoderConfig config, Map<?, ?> arguments) {
            Bottleneck.Options stated = switch (config.bottleneck()) {
                case SoftVqBottleneck.Options soft when arguments.get("tau") instanceof Number tau ->
                        new SoftVqBottleneck.Options(soft.codebooks(), soft.entries(), tau.doubleValue(),
                                soft.normalize(), soft.entropyWeight());
                case IdentityBottleneck.Options identity when arguments.get("std_latents") instanceof Boolean flag ->
                        new IdentityBottleneck.Options(flag);
                default -> config.bottleneck();
            };
            return new AutoencoderConfig(config.encoder(), config.decoder(), config.latentTokens(),
                    config.latentChannels(), stated, config.toPixel(), config.repa());
        }

        @Override
        protected List<String> optionalKeys() {
            return List.of("quantize.codebook_used");
        }

        @Override
        protected boolean isWanted(AutoencoderConfig config, String name) {
            return config.repa() != null || REPA.stream().noneMatch(name::startsWith);
        }

        @Override
        protected Autoencoder create(AutoencoderConfig config) {
            return new Autoencoder(config);
        }

        @Override
        public Map<String, Tensor> state(Path file) {
            Map<String, Tensor> state = super.state(file);
            state.keySet().removeIf(name -> name.startsWith(FLOW));
            return state;
        }
    };

    private AutoencoderFile() {}

    /** Writes the autoencoder as safetensors. An old file is replaced completely or not at all. */
    public static void write(Path file, Autoencoder autoencoder) {
        write(file, autoencoder.config(), autoencoder.stateDict());
    }

    /** Writes a state, weights or their averages, as safetensors. An old file is replaced completely or not at all. */
    public static void write(Path file, AutoencoderConfig config, Map<String, ? extends Tensor> state) {
        Safetensors.write(file, state, FILES.metadata(config));
    }

    /**
     * Writes a state as a {@code .pt} with the entry {@code model}, which the official code loads, without the config.
     * An old file is replaced completely or not at all.
     */
    public static void writePt(Path file, Map<String, ? extends Tensor> state) {
        PtFile.write(file, Map.of("model", new LinkedHashMap<>(state)));
    }

    /**
     * Reads the autoencoder in the file, float32 on the CPU, in evaluation mode. If the file has no config, sizes come
     * from the weights, with heads of 64 channels; options that weights do not show are the official ones: those of
     * the bottleneck (but {@code tau} and {@code std_latents} are those of the file's {@code args}, if it has them), weight and {@link Repa.Align#REPEAT} of the representation alignment.
     *
     * @throws IllegalArgumentException naming the file, for content that is not an autoencoder
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Autoencoder read(Path file) {
        return read(file, UnaryOperator.identity());
    }

    /**
     * Reads the autoencoder in the file with other options: {@code read(file, c -> c.withRepa(null))} leaves out the
     * frozen encoder and the projection of its alignment.
     *
     * @param options makes the config from that of the file
     * @throws IllegalArgumentException naming the file, for content that is not such an autoencoder
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Autoencoder read(Path file, UnaryOperator<AutoencoderConfig> options) {
        return FILES.read(file, options);
    }

    /**
     * Returns the config of the autoencoder in the file, as {@link #read(Path)} finds it, without making one.
     *
     * @throws IllegalArgumentException naming the file, for content that is not an autoencoder
     * @throws UncheckedIOException     when it cannot be read
     */
    public static AutoencoderConfig config(Path file) {
        return FILES.config(file);
    }

    /**
     * Returns the weights under the official keys, in the innermost scope, without checking their sizes.
     *
     * @throws IllegalArgumentException naming the file, for content that is not a state dict
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Map<String, Tensor> state(Path file) {
        return FILES.state(file);
    }
}
