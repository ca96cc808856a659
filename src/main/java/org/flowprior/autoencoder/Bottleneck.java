package org.flowprior.autoencoder;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The part of an {@link Autoencoder} between encoder and decoder: makes latents of the encoder's tokens. One with a
 * codebook is a module of the autoencoder under the key {@code quantize}.
 */
public sealed interface Bottleneck
        permits IdentityBottleneck, KlBottleneck, SoftVqBottleneck, VqBottleneck {

    /** Kind and options of a bottleneck. */
    sealed interface Options permits IdentityBottleneck.Options, KlBottleneck.Options, SoftVqBottleneck.Options,
            VqBottleneck.Options {

        /** Returns the number of channels that the bottleneck takes to give this many. */
        default int inputChannels(int latentChannels) {
            return latentChannels;
        }

        /** Counts the values in its parameters. */
        default long parameterCount(int latentChannels) {
            return 0;
        }

        /** The names of {@link Output#losses} in training, in their order. */
        default List<String> lossNames() {
            return List.of();
        }

        /**
         * Makes a bottleneck with initial values from the generator.
         *
         * @param generator null for the default generator
         */
        Bottleneck create(int latentChannels, Generator generator);

        /** Throws {@link IllegalArgumentException} if the bottleneck cannot take this number of tokens. */
        default void checkTokens(int latentTokens) {}
    }

    /**
     * The result of a bottleneck.
     *
     * @param z      the latents that the decoder takes, [B, tokens, channels]
     * @param losses weighted scalars to add to the autoencoder's loss, in this order: {@code kl}, or {@code codebook},
     *               {@code commitment} and {@code entropy}; only those that the bottleneck has
     * @param codes  the number of the nearest code for each token, [B, tokens], int64; null without a codebook
     */
    record Output(Tensor z, Map<String, Tensor> losses, Tensor codes) {

        /** Copies the losses in their order. */
        public Output {
            losses = new LinkedHashMap<>(losses);
        }

        /** Moves all tensors to the outer scope. Returns this. */
        Output moveOutward() {
            z.moveOutward();
            losses.values().forEach(Tensor::moveOutward);
            if (codes != null) {
                codes.moveOutward();
            }
            return this;
        }
    }

    /**
     * Returns the latents with losses.
     *
     * @param encoded  [B, tokens, {@link Options#inputChannels}]
     * @param draws    its noise is used if the bottleneck is random
     * @param training whether codebooks give losses and record their usage
     * @throws IllegalArgumentException for shapes that do not fit, and if noise is needed but missing
     */
    Output apply(Tensor encoded, Autoencoder.Draws draws, boolean training);

    /**
     * Returns the latents without noise and losses: the mean if the bottleneck is random.
     *
     * @param encoded [B, tokens, {@link Options#inputChannels}]
     * @return [B, tokens, channels]
     * @throws IllegalArgumentException for a shape that does not fit
     */
    default Tensor mode(Tensor encoded) {
        return Scope.returning(() -> apply(encoded, Autoencoder.Draws.NONE, false).z());
    }
}
