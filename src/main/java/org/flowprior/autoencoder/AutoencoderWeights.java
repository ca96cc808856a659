package org.flowprior.autoencoder;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.Tensor;
import org.flowprior.vision.VisionTransformerConfig;
import org.flowprior.vision.VisionTransformerWeights;

/** Finds the config of an autoencoder from its weights under the official keys. */
final class AutoencoderWeights {

    private static final String QUANT_CONV = "quant_conv.weight";
    private static final String POST_QUANT_CONV = "post_quant_conv.weight";
    private static final String LATENT_TOKENS = "encoder.latent_tokens";
    private static final String SOFT_CODES = "quantize.embedding";
    private static final String CODES = "quantize.embedding.weight";
    private static final String REPA_MODEL = "repa_model.";
    private static final int LARGEST = 1 << 24;

    private final Map<String, Tensor> state;

    AutoencoderWeights(Map<String, Tensor> state) {
        this.state = state;
    }

    /**
     * Returns the sizes, and official values of the options that weights do not show.
     *
     * @throws IllegalArgumentException naming the tensor that is missing or does not fit an autoencoder
     */
    AutoencoderConfig config() {
        int tokens = size(LATENT_TOKENS, 3, 1);
        int channels = size(POST_QUANT_CONV, 2, 1);
        VisionTransformerConfig encoder = transformer("encoder.model.");
        VisionTransformerConfig decoder = transformer("decoder.model.");
        return new AutoencoderConfig(encoder, decoder, tokens, channels, bottleneck(channels), toPixel(),
                state.containsKey(REPA_MODEL + "cls_token") ? repa() : null);
    }

    private VisionTransformerConfig transformer(String prefix) {
        Map<String, Tensor> part = new LinkedHashMap<>();
        state.forEach((key, tensor) -> {
            if (key.startsWith(prefix)) {
                part.put(key.substring(prefix.length()), tensor);
            }
        });
        return VisionTransformerWeights.of("under '" + prefix + "'", part).config();
    }

    private Bottleneck.Options bottleneck(int channels) {
        if (state.containsKey(SOFT_CODES)) {
            SoftVqBottleneck.Options official = SoftVqBottleneck.Options.OFFICIAL;
            return new SoftVqBottleneck.Options(size(SOFT_CODES, 3, 0), size(SOFT_CODES, 3, 1),
                    official.temperature(), official.normalize(), official.entropyWeight());
        }
        if (state.containsKey(CODES)) {
            VqBottleneck.Options official = VqBottleneck.Options.OFFICIAL;
            return new VqBottleneck.Options(size(CODES, 2, 0), official.normalize(), official.commitment(),
                    official.entropyWeight());
        }
        int encoded = size(QUANT_CONV, 2, 0);
        if (encoded == 2 * channels) {
            return KlBottleneck.Options.OFFICIAL;
        }
        if (encoded != channels) {
            throw new IllegalArgumentException("tensor '" + QUANT_CONV + "' gives " + encoded + " channels but '"
                    + POST_QUANT_CONV + "' takes " + channels
                    + "; an autoencoder gives as many, with KL twice as many");
        }
        return new IdentityBottleneck.Options(false);
    }

    private ToPixelKind toPixel() {
        return state.containsKey("decoder.to_pixel.model.weight") ? ToPixelKind.LINEAR
                : state.containsKey("decoder.to_pixel.model.1.linear.weight") ? ToPixelKind.SIREN
                : state.containsKey("decoder.to_pixel.model.13.weight") ? ToPixelKind.CONV : ToPixelKind.IDENTITY;
    }

    private Repa.Options repa() {
        VisionTransformerConfig model = transformer(REPA_MODEL);
        Repa.Options official = Repa.Options.official(model.patchSize() * model.grid());
        return new Repa.Options(model, size("projection.0.weight", 2, 0), official.weight(), official.align());
    }

    /**
     * Throws {@link IllegalArgumentException} if the config needs far more values than there are: before a damaged
     * file makes this program allocate memory for them.
     */
    void requireSizes(AutoencoderConfig config) {
        double available = state.values().stream().mapToDouble(Tensor::numel).sum();
        double needed = least(config.encoder()) + least(config.decoder())
                + (config.repa() == null ? 0 : least(config.repa().model()))
                + (double) config.latentTokens() * config.encoder().width()
                + (double) config.latentChannels() * config.encoder().width();
        needed += switch (config.bottleneck()) {
            case SoftVqBottleneck.Options soft -> (double) soft.codebooks() * soft.entries() * config.latentChannels();
            case VqBottleneck.Options hard -> (double) hard.entries() * config.latentChannels();
            case KlBottleneck.Options kl -> 0;
            case IdentityBottleneck.Options identity -> 0;
        };
        if (needed > available) {
            throw new IllegalArgumentException("the weights are " + (long) available + " values, an autoencoder of "
                    + "these sizes has more: " + config);
        }
    }

    private static double least(VisionTransformerConfig config) {
        double width = config.width();
        return config.depth() * (4 * width * width + 2 * width * config.hidden())
                + (double) config.grid() * config.grid() * width
                + 3.0 * config.patchSize() * config.patchSize() * width;
    }

    private int size(String key, int dimensions, int dimension) {
        Tensor tensor = state.get(key);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor '" + key + "', so this is not the state of an autoencoder");
        }
        if (tensor.dim() != dimensions || tensor.size(dimension) > LARGEST) {
            throw new IllegalArgumentException("tensor '" + key + "' has shape " + Arrays.toString(tensor.shape())
                    + ", which no autoencoder has");
        }
        return (int) tensor.size(dimension);
    }
}
