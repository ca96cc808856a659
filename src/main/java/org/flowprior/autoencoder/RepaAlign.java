package org.flowprior.autoencoder;

/**
 * How {@link Repa} brings the latents' tokens beside the features' patches. The official {@code repeat_flow}, a flow
 * conditioned on the latents in place of the cosine, is not among them.
 */
public enum RepaAlign {

    /** Each projected token stands beside patches / tokens consecutive patches. The official setting. */
    REPEAT,

    /** The mean over tokens, then projected, beside the mean over patches. */
    GLOBAL,

    /** Each projected token beside the mean of as many consecutive patches: adaptive average pooling. */
    AVG_1D,

    /** As {@link #AVG_1D} behind a random permutation of the patches, one for the batch. */
    AVG_1D_SHUFFLE
}
