package org.flowprior.mar;

import java.util.Arrays;
import org.flowprior.config.VariantName;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** How an autoencoder's latents are divided into the generator's tokens. */
public sealed interface LatentLayout {

    /** Returns L, the number of tokens of an image. */
    long tokens();

    /** Returns C, the channels of a token. */
    long tokenChannels();

    /**
     * Divides latents into tokens.
     *
     * @return [B, L, C]
     * @throws IllegalArgumentException for latents of another shape
     */
    Tensor tokens(Tensor latents);

    /**
     * Joins tokens to latents, the inverse of {@link #tokens(Tensor)}.
     *
     * @param tokens [B, L, C]
     * @throws IllegalArgumentException for tokens of another shape
     */
    Tensor latents(Tensor tokens);

    private static void check(String what, Tensor given, long... shape) {
        if (given.dim() != shape.length + 1
                || !Arrays.equals(given.shape(), 1, shape.length + 1, shape, 0, shape.length)) {
            throw new IllegalArgumentException(what + " must be [B, " + Arrays.toString(shape).substring(1) + ", not "
                    + Arrays.toString(given.shape()));
        }
    }

    /**
     * Latents that are tokens already, [B, tokens, channels]: the official option {@code seq_len}.
     *
     * @param tokens   L
     * @param channels C
     */
    @VariantName("sequence")
    record Sequence(long tokens, long channels) implements LatentLayout {

        /** Throws {@link IllegalArgumentException} for sizes below 1. */
        public Sequence {
            if (tokens < 1 || channels < 1) {
                throw new IllegalArgumentException("a sequence of latents needs tokens and channels of at least 1, not "
                        + tokens + " and " + channels);
            }
        }

        @Override
        public long tokenChannels() {
            return channels;
        }

        @Override
        public Tensor tokens(Tensor latents) {
            check("latents", latents, tokens, channels);
            return latents;
        }

        @Override
        public Tensor latents(Tensor given) {
            check("tokens", given, tokens, channels);
            return given;
        }
    }

    /**
     * Latents on a grid, [B, channels, height, width]. A token is a square patch: tokens are ordered row by row, a
     * token's channels by latent channel, then row, then column in the patch.
     *
     * @param channels channels of the latents
     * @param height   rows of the grid
     * @param width    columns of the grid
     * @param patch    rows and columns of a patch; divides height and width
     */
    @VariantName("grid")
    record Grid(long channels, long height, long width, long patch) implements LatentLayout {

        /** Throws {@link IllegalArgumentException} for sizes below 1, and a patch that does not divide the grid. */
        public Grid {
            if (channels < 1 || height < 1 || width < 1 || patch < 1 || height % patch != 0 || width % patch != 0) {
                throw new IllegalArgumentException("a grid of latents needs channels of at least 1 and a patch that "
                        + "divides height and width, not " + channels + " channels, " + height + " x " + width
                        + " and patch " + patch);
            }
        }

        @Override
        public long tokens() {
            return height / patch * (width / patch);
        }

        @Override
        public long tokenChannels() {
            return channels * patch * patch;
        }

        @Override
        public Tensor tokens(Tensor latents) {
            check("latents", latents, channels, height, width);
            return Scope.returning(() -> latents
                    .reshape(latents.size(0), channels, height / patch, patch, width / patch, patch)
                    .permute(0, 2, 4, 1, 3, 5).reshape(latents.size(0), tokens(), tokenChannels()));
        }

        @Override
        public Tensor latents(Tensor given) {
            check("tokens", given, tokens(), tokenChannels());
            return Scope.returning(() -> given
                    .reshape(given.size(0), height / patch, width / patch, channels, patch, patch)
                    .permute(0, 3, 1, 4, 2, 5).reshape(given.size(0), channels, height, width));
        }
    }
}
