package org.flowprior.autoencoder;

import org.flowprior.torch.Tensor;

/**
 * The random numbers that an {@link Autoencoder} takes in a forward pass, given or from {@link Autoencoder#draw}.
 *
 * @param noise       standard normal numbers of a {@link KlBottleneck}, [B, tokens, channels]; null for others
 * @param permutation of the patches for {@link RepaAlign#AVG_1D_SHUFFLE}, [patches], int64; null for others
 */
public record LatentDraws(Tensor noise, Tensor permutation) {

    /** No random numbers. */
    public static final LatentDraws NONE = new LatentDraws(null, null);
}
