package org.flowprior.autoencoder;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;

/**
 * What an {@link Autoencoder} does to the encoder's tokens before the decoder sees them. One with a codebook is a
 * module of the autoencoder, under the key {@code quantize}.
 */
public sealed interface Bottleneck
        permits IdentityBottleneck, KlBottleneck, SoftVqBottleneck, VqBottleneck {

    /** What a bottleneck is made from. */
    sealed interface Options permits IdentityBottleneck.Options, KlBottleneck.Options, SoftVqBottleneck.Options,
            VqBottleneck.Options {

        /** Channels that the bottleneck takes, to give that many. */
        int inputChannels(int latentChannels);

        /** Values in its parameters. */
        long parameterCount(int latentChannels);

        /** The names of {@link Output#losses} in training, in their order. */
        List<String> lossNames();

        /**
         * A bottleneck with initial values from the generator.
         *
         * @param generator null for the default generator
         */
        Bottleneck create(int latentChannels, Generator generator);

        /**
         * Throws {@link IllegalArgumentException} where that many tokens do not fit.
         */
        default void checkTokens(int latentTokens) {}
    }

    /**
     * What comes out.
     *
     * @param z      the latents that the decoder takes, [B, tokens, channels]
     * @param losses scalars that are to be added to the autoencoder's loss, weighted, in this order: {@code kl}, or
     *               {@code codebook}, {@code commitment} and {@code entropy}; only those that the bottleneck has
     * @param codes  the nearest code's number for each token, [B, tokens], int64; null without a codebook
     */
    record Output(Tensor z, Map<String, Tensor> losses, Tensor codes) {

        /** Keeps the losses in their order. */
        public Output {
            losses = new LinkedHashMap<>(losses);
        }

        /** Gives all tensors to the outer scope. Returns this. */
        Output moveOutward() {
            z.moveOutward();
            losses.values().forEach(Tensor::moveOutward);
            if (codes != null) {
                codes.moveOutward();
            }
            return this;
        }
    }

    /** The options it was made from. */
    Options options();

    /**
     * The latents, with losses.
     *
     * @param encoded  [B, tokens, {@link Options#inputChannels}]
     * @param draws    {@link LatentDraws#noise} is used where the bottleneck is random
     * @param training whether codebooks give losses and note their usage
     * @throws IllegalArgumentException for shapes that do not fit, and where noise is wanted and not there
     */
    Output apply(Tensor encoded, LatentDraws draws, boolean training);

    /** The latents, with noise from the generator where the bottleneck is random. */
    default Output apply(Tensor encoded, Generator generator, boolean training) {
        return apply(encoded, LatentDraws.NONE, training);
    }

    /**
     * The latents without noise and losses, the mean where the bottleneck is random.
     *
     * @param encoded [B, tokens, {@link Options#inputChannels}]
     * @return [B, tokens, channels]
     * @throws IllegalArgumentException for a shape that does not fit
     */
    Tensor mode(Tensor encoded);
}
