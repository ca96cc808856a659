package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;

/** What {@code tools/oracle/autoencoder.py} wrote, and how the tests compare with it. */
final class AutoencoderCases {

    record Sizes(int width, int depth, int heads, int image, int patch, int registers) {

        VisionTransformerConfig config() {
            return new VisionTransformerConfig(image, patch, width, depth, heads, 4 * width, MlpType.GELU, registers,
                    true);
        }
    }

    record RepaOptions(Sizes model, int projectionWidth, double weight, String align) {

        Repa.Options options() {
            return new Repa.Options(model.config(), projectionWidth, weight,
                    RepaAlign.valueOf(align.toUpperCase(Locale.ROOT)));
        }
    }

    record Case(String name, long seed, String bottleneck, JsonObject options, String toPixel, Sizes encoder,
            Sizes decoder, RepaOptions repa, String[] keys, long parameters, double[] latents,
            Summary reconstruction, Map<String, Double> losses, long[] codes, long[][] used,
            Summary gradientOfImages, Map<String, Double> gradientNorms, Map<String, Double> gradientSums) {

        AutoencoderConfig config() {
            Class<? extends Bottleneck.Options> type = switch (bottleneck) {
                case "identity" -> IdentityBottleneck.Options.class;
                case "kl" -> KlBottleneck.Options.class;
                case "soft_vq" -> SoftVqBottleneck.Options.class;
                default -> VqBottleneck.Options.class;
            };
            return new AutoencoderConfig(encoder.config(), decoder.config(), 4, 6, new Gson().fromJson(options, type),
                    ToPixelKind.valueOf(toPixel.toUpperCase(Locale.ROOT)), repa == null ? null : repa.options());
        }

        /** An autoencoder with the script's weights. */
        Autoencoder autoencoder(Generator generator) {
            Autoencoder autoencoder;
            try (Generator unused = Generator.seeded(0)) {
                autoencoder = new Autoencoder(config(), unused);
            }
            try (Scope scope = Scope.open()) {
                Map<String, Tensor> state = autoencoder.stateDict();
                for (String key : keys) {
                    if (!key.endsWith("codebook_used")) {
                        state.put(key, draw(key, state.get(key).shape(), generator));
                    }
                }
                autoencoder.loadStateDict(state);
            }
            return autoencoder;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** Every so many elements of a tensor, its sum and its norm. */
    record Summary(int step, double[] elements, double sum, double norm) {

        /** Elements within the tolerance of the largest. */
        void assertIs(String name, Tensor tensor, double tolerance) {
            try (Scope scope = Scope.open()) {
                Tensor wide = tensor.detach().to(DType.FLOAT64).flatten();
                assertClose(name, wide.slice(0, null, null, step).toDoubleArray(), elements, tolerance);
                assertThat(wide.norm().item()).as(name).isCloseTo(norm, within(tolerance * norm));
                assertThat(wide.sum().item()).as(name)
                        .isCloseTo(sum, within(tolerance * norm * Math.sqrt(wide.numel())));
            }
        }
    }

    private AutoencoderCases() {}

    static Case[] all() {
        return read("model.json", Case[].class);
    }

    static Case named(String name) {
        return Arrays.stream(all()).filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }

    static <T> T read(String name, Type type) {
        try (Reader reader = new InputStreamReader(AutoencoderCases.class.getResourceAsStream(name),
                StandardCharsets.UTF_8)) {
            return new Gson().fromJson(reader, type);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void assertClose(String name, double[] actual, double[] expected, double tolerance) {
        assertThat(actual).as(name).hasSameSizeAs(expected);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as(name + " at " + i).isCloseTo(expected[i], within(tolerance * largest));
        }
    }

    /** The script's {@code draw}. */
    private static Tensor draw(String key, long[] shape, Generator generator) {
        Tensor values = Torch.empty(shape).normal_(0, 1, generator);
        if (key.endsWith("gamma")) {
            return values.mul_(0.3);
        }
        if (key.contains("norm") && key.endsWith("weight")) {
            return values.mul_(0.1).add_(1);
        }
        if (key.endsWith("weight")) {
            return values.div_(Math.sqrt(Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b)));
        }
        return values.mul_(key.endsWith("bias") ? 0.1 : 0.5);
    }
}
