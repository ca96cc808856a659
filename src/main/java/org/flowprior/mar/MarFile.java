package org.flowprior.mar;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.StateFile;
import org.flowprior.torch.nn.ModelFile;

/**
 * Generators in files, with the official keys. Writes safetensors with the {@link MarConfig} in the metadata
 * {@code mar}, or a {@code .pth} from which the official code resumes.
 *
 * <p>Reads safetensors or an official {@code checkpoint-last.pth}: its averaged weights {@code model_ema}, otherwise
 * {@code model}, otherwise the tensors of the file itself. Keys may start with {@code module.} and {@code _orig_mod.}.
 */
public final class MarFile {

    /** The metadata's key of the scaling factor, by which the latents were multiplied. */
    public static final String SCALING = "scaling";

    private static final long SPARE = 1 << 20;

    private static final ModelFile<MarConfig, Mar> FILES = new ModelFile<>(MarConfig.class, "mar", "generator",
            List.of("model_ema", "model")) {

        @Override
        protected MarConfig configOf(Map<String, Tensor> state) {
            return MarConfig.of(state);
        }

        @Override
        protected MarConfig withArguments(MarConfig config, Map<?, ?> arguments) {
            for (String option : List.of("ar_post_norm", "ar_post_norm_before_res")) {
                if (Boolean.TRUE.equals(arguments.get(option))) {
                    throw new IllegalArgumentException("its args have " + option
                            + ", blocks with norms behind them, which flowprior does not compute");
                }
            }
            return config;
        }

        @Override
        protected void requireSizes(MarConfig config, Map<String, Tensor> state) {
            long values = state.values().stream().mapToLong(Tensor::numel).sum();
            if (config.parameterCount() > 2 * values + SPARE) {
                throw new IllegalArgumentException("its config makes a generator of " + config.parameterCount()
                        + " parameters, and it holds " + values);
            }
        }

        @Override
        protected Mar create(MarConfig config) {
            return new Mar(config, null);
        }
    };

    private MarFile() {}

    /** Writes the generator as safetensors; an old file is replaced whole or not at all. */
    public static void write(Path file, Mar mar) {
        write(file, mar.config(), mar.stateDict(), Map.of());
    }

    /**
     * Writes a state, weights or their averages, as safetensors; an old file is replaced whole or not at all.
     *
     * @param metadata additional entries, such as {@link #SCALING}
     */
    public static void write(Path file, MarConfig config, Map<String, ? extends Tensor> state,
            Map<String, String> metadata) {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.putAll(FILES.metadata(config));
        Safetensors.write(file, state, all);
    }

    /**
     * Writes weights and their averages as a {@code .pth} with the entries {@code model} and {@code model_ema}, which
     * the official code loads, without the config. An old file is replaced whole or not at all.
     */
    public static void writePt(Path file, Map<String, ? extends Tensor> state, Map<String, ? extends Tensor> averages) {
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("model", new LinkedHashMap<>(state));
        entries.put("model_ema", new LinkedHashMap<>(averages));
        PtFile.write(file, entries);
    }

    /**
     * Reads the generator in the file, float32 on the CPU, in evaluation mode. If the file does not state the config,
     * {@link MarConfig#of} infers it.
     *
     * @throws IllegalArgumentException naming the file, for content that is not a generator
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Mar read(Path file) {
        return read(file, UnaryOperator.identity());
    }

    /**
     * Reads the generator in the file with other options: {@code read(file, c -> c.withLayout(grid))} for an official
     * one of latents on a grid.
     *
     * @param options changes the file's config
     * @throws IllegalArgumentException naming the file, for content that is not such a generator
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Mar read(Path file, UnaryOperator<MarConfig> options) {
        return FILES.read(file, options);
    }

    /**
     * Reads the config of the generator in the file, without making one.
     *
     * @throws IllegalArgumentException naming the file, for content that is not a generator
     * @throws UncheckedIOException     when it cannot be read
     */
    public static MarConfig config(Path file) {
        return FILES.config(file);
    }

    /**
     * Reads the factor by which the latents were multiplied to make the generator's tokens; empty if the file does not
     * state it.
     *
     * @throws IllegalArgumentException naming the file, when it is not a positive number
     */
    public static OptionalDouble scaling(Path file) {
        String text = StateFile.metadata(file).get(SCALING);
        if (text == null) {
            return OptionalDouble.empty();
        }
        try {
            double scaling = Double.parseDouble(text);
            if (scaling > 0 && scaling < Double.POSITIVE_INFINITY) {
                return OptionalDouble.of(scaling);
            }
        } catch (NumberFormatException e) {
            throw StateFile.refused(file, e);
        }
        throw StateFile.refused(file, new IllegalArgumentException("the metadata '" + SCALING + "' is " + text
                + ", which is not a positive number"));
    }

    /**
     * Reads the weights with the official keys into the innermost scope: the averaged ones, if a file has both.
     *
     * @throws IllegalArgumentException naming the file, for content that is not a state
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Map<String, Tensor> state(Path file) {
        return FILES.state(file);
    }
}
