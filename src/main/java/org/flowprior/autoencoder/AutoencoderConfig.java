package org.flowprior.autoencoder;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.config.JsonKey;
import org.flowprior.vision.VisionTransformerConfig;

/**
 * Sizes and options of an {@link Autoencoder}.
 *
 * @param encoder        the transformer from images
 * @param decoder        the transformer to images, of the same image size
 * @param latentTokens   tokens of an image's latents
 * @param latentChannels channels of a token
 * @param bottleneck     the part between encoder and decoder
 * @param toPixel        how the decoder's tokens become pixels
 * @param repa           the representation alignment; null for none
 */
public record AutoencoderConfig(VisionTransformerConfig encoder, VisionTransformerConfig decoder, int latentTokens,
        int latentChannels, @JsonKey(variantValue = "bottleneckOptions") Bottleneck.Options bottleneck,
        ToPixelKind toPixel, @JsonKey(optional = true) Repa.Options repa) {

    /** Throws {@link IllegalArgumentException} for parts that do not fit together. */
    public AutoencoderConfig {
        if (encoder.imageSize() != decoder.imageSize()) {
            throw new IllegalArgumentException("an autoencoder's encoder and decoder must be for images of one size, "
                    + "not " + encoder.imageSize() + " and " + decoder.imageSize());
        }
        if (latentTokens < 1 || latentChannels < 1) {
            throw new IllegalArgumentException("an autoencoder needs latentTokens and latentChannels of at least 1, "
                    + "not " + latentTokens + " and " + latentChannels);
        }
        bottleneck.checkTokens(latentTokens);
        if (toPixel == ToPixelKind.CONV) {
            ToPixel.ByConvolutions.check(decoder);
        }
        if (repa != null) {
            repa.check(encoder.imageSize(), latentTokens);
        }
    }

    /** Returns a config without a bottleneck, with a linear layer to the pixels. */
    public static AutoencoderConfig of(VisionTransformerConfig encoder, VisionTransformerConfig decoder,
            int latentTokens, int latentChannels) {
        return new AutoencoderConfig(encoder, decoder, latentTokens, latentChannels,
                new IdentityBottleneck.Options(false), ToPixelKind.LINEAR, null);
    }

    /**
     * The official AE-16 of the paper's runs: DINOv2 large on both sides, 256 pixels in patches of 16, 64 tokens of 32
     * channels. It has 607,875,872 parameters; the paper's 391 million per side do not match the official code.
     */
    public static AutoencoderConfig official() {
        VisionTransformerConfig large = VisionTransformerConfig.dinov2Large(256, 16);
        return of(large, large, 64, 32);
    }

    /** The official KL: {@link #official} with {@link KlBottleneck.Options#OFFICIAL}. */
    public static AutoencoderConfig officialKl() {
        return official().withBottleneck(KlBottleneck.Options.OFFICIAL);
    }

    /** The official softvq-l-64: {@link #official} with {@link SoftVqBottleneck.Options#OFFICIAL} and {@link Repa}. */
    public static AutoencoderConfig officialSoftVq() {
        return official().withBottleneck(SoftVqBottleneck.Options.OFFICIAL).withRepa(Repa.Options.official(256));
    }

    /** Returns the config with that bottleneck. */
    public AutoencoderConfig withBottleneck(Bottleneck.Options value) {
        return new AutoencoderConfig(encoder, decoder, latentTokens, latentChannels, value, toPixel, repa);
    }

    /** Returns the config with that layer to the pixels. */
    public AutoencoderConfig withToPixel(ToPixelKind value) {
        return new AutoencoderConfig(encoder, decoder, latentTokens, latentChannels, bottleneck, value, repa);
    }

    /** Returns the config with that representation alignment; null for none. */
    public AutoencoderConfig withRepa(Repa.Options value) {
        return new AutoencoderConfig(encoder, decoder, latentTokens, latentChannels, bottleneck, toPixel, value);
    }

    /** Height and width of the images. */
    public int imageSize() {
        return encoder.imageSize();
    }

    /** Number of channels that the bottleneck takes. */
    public int encodedChannels() {
        return bottleneck.inputChannels(latentChannels);
    }

    /** The names of {@link Autoencoder.Output#losses} in training, in their order. */
    List<String> lossNames() {
        List<String> names = new ArrayList<>(bottleneck.lossNames());
        if (repa != null) {
            names.add("repa");
        }
        return List.copyOf(names);
    }

    /** Counts the values in all parameters, frozen ones included. */
    public long parameterCount() {
        long quantConv = (encoder.width() + 1L) * encodedChannels();
        long postQuantConv = (latentChannels + 1L) * decoder.width();
        long alignment = repa == null ? 0 : repa.model().parameterCount() + repa.projectionParameters(latentChannels);
        return Encoder.parameterCount(encoder, latentTokens) + quantConv
                + Decoder.parameterCount(decoder, latentTokens, toPixel) + postQuantConv
                + bottleneck.parameterCount(latentChannels) + alignment;
    }
}
