package org.flowprior.autoencoder;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Recorded.Summary;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;

/** What {@code tools/oracle/autoencoder.py} wrote. */
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
                    Repa.Align.valueOf(align.toUpperCase(Locale.ROOT)));
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
                        state.put(key, Recorded.draw(key, state.get(key).shape(), generator));
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

    private AutoencoderCases() {}

    static Case[] all() {
        return Resources.json("autoencoder/model.json", Case[].class);
    }

    static Case named(String name) {
        return Arrays.stream(all()).filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    }
}
