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
 * Generators in files, under the official keys. What is written is safetensors, with the {@link MarConfig} in the
 * metadata {@code mar}, or a {@code .pth} as the official code resumes from.
 *
 * <p>What is read may be safetensors or an official {@code checkpoint-last.pth}: its averaged weights
 * {@code model_ema}, else {@code model}, else the tensors of the file itself, their keys behind {@code module.} and
 * {@code _orig_mod.} or not.
 */
public final class MarFile {

    /** The metadata's key of what the latents were multiplied with. */
    public static final String SCALING = "scaling";

    private static final long SPARE = 1 << 20;

    private static final ModelFile<MarConfig, Mar> FILES = new ModelFile<>(MarConfig.class, "mar", "generator",
            List.of("model_ema", "model")) {

        @Override
        protected MarConfig configOf(Map<String, Tensor> state) {
            return MarConfig.of(state);
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
     * @param metadata more of it, such as {@link #SCALING}
     */
    public static void write(Path file, MarConfig config, Map<String, ? extends Tensor> state,
                             Map<String, String> metadata) {
        Map<String, String> all = new LinkedHashMap<>(metadata);
        all.putAll(FILES.metadata(config));
        Safetensors.write(file, state, all);
    }

    /**
     * Writes weights and their averages as a {@code .pth} with the entries {@code model} and {@code model_ema}, which
     * the official code loads; the config is not in it. An old file is replaced whole or not at all.
     */
    public static void writePt(Path file, Map<String, ? extends Tensor> state, Map<String, ? extends Tensor> averages) {
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put("model", new LinkedHashMap<>(state));
        entries.put("model_ema", new LinkedHashMap<>(averages));
        PtFile.write(file, entries);
    }

    /**
     * The generator in the file, float32 on the CPU, in evaluation mode. Of a file that does not state its config,
     * {@link MarConfig#of} tells it.
     *
     * @throws IllegalArgumentException naming the file, for content that is not a generator
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Mar read(Path file) {
        return read(file, UnaryOperator.identity());
    }

    /**
     * The generator in the file with other options: {@code read(file, c -> c.withLayout(grid))} for an official one of
     * latents on a grid.
     *
     * @param options what the config is to be, of what the file tells
     * @throws IllegalArgumentException naming the file, for content that is not such a generator
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Mar read(Path file, UnaryOperator<MarConfig> options) {
        return FILES.read(file, options);
    }

    /**
     * The config of the generator in the file, without making one.
     *
     * @throws IllegalArgumentException naming the file, for content that is not a generator
     * @throws UncheckedIOException     when it cannot be read
     */
    public static MarConfig config(Path file) {
        return FILES.config(file);
    }

    /**
     * What the latents were multiplied with to make the generator's tokens; empty where the file does not say.
     *
     * @throws IllegalArgumentException naming the file, where it says something else than a positive number
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
                + ", which is no positive number"));
    }

    /**
     * The weights under the official keys, in the innermost scope: the averaged ones, where a file has both.
     *
     * @throws IllegalArgumentException naming the file, for content that is no state
     * @throws UncheckedIOException     when it cannot be read
     */
    public static Map<String, Tensor> state(Path file) {
        return FILES.state(file);
    }
}
