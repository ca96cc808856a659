package org.flowprior.cli;

import java.math.BigDecimal;

/**
 * An autoencoder of the tables.
 *
 * @param key        its part of the files' names
 * @param kind       what it is
 * @param target     what its latents are aligned to; null without alignment
 * @param projection of the target to the latents' channels; null without alignment
 * @param weight     of the alignment; 0 without
 */
record ReproduceVariant(String key, Kind kind, ReproduceTarget target, String projection, double weight) {

    /** What an autoencoder is. */
    enum Kind { PLAIN, KL, SOFT_VQ, CODEBOOK, ALIGNED }

    static final ReproduceVariant PLAIN = new ReproduceVariant("ae", Kind.PLAIN, null, null, 0);
    static final ReproduceVariant KL = new ReproduceVariant("kl", Kind.KL, null, null, 0);
    static final ReproduceVariant SOFT_VQ = new ReproduceVariant("softvq", Kind.SOFT_VQ, null, null, 0);
    /** The one whose codebook stands in for LlamaGen's. */
    static final ReproduceVariant CODEBOOK = new ReproduceVariant("codebook", Kind.CODEBOOK, null, null, 0);

    private static final double WEIGHT = 0.01;

    /** Aligned as in Table 1. */
    static ReproduceVariant aligned(ReproduceTarget target) {
        return new ReproduceVariant(target.key(), Kind.ALIGNED, target, target.projection(), WEIGHT);
    }

    /** Aligned to Qwen's embeddings by another projection. */
    static ReproduceVariant projected(String projection) {
        ReproduceTarget target = ReproduceTarget.QWEN;
        return projection.equals(target.projection()) ? aligned(target)
                : new ReproduceVariant(target.key() + "-" + projection, Kind.ALIGNED, target, projection, WEIGHT);
    }

    /** Aligned to Qwen's embeddings with another weight. */
    static ReproduceVariant weighted(double weight) {
        ReproduceTarget target = ReproduceTarget.QWEN;
        return weight == WEIGHT ? aligned(target)
                : new ReproduceVariant(target.key() + "-" + BigDecimal.valueOf(weight).toPlainString(), Kind.ALIGNED,
                        target, target.projection(), weight);
    }
}
