package org.flowprior.cli.reproduce;

import java.math.BigDecimal;

/**
 * An autoencoder of the tables.
 *
 * @param key        its part of the files' names
 * @param kind       its bottleneck or alignment
 * @param target     the target of its alignment; null without alignment
 * @param projection of the target to the latents' channels; null without alignment
 * @param weight     of the alignment; 0 without alignment
 */
record Variant(String key, Kind kind, TargetKind target, String projection, double weight) {

    enum Kind { PLAIN, KL, SOFT_VQ, CODEBOOK, ALIGNED }

    static final Variant PLAIN = new Variant("ae", Kind.PLAIN, null, null, 0);
    static final Variant KL = new Variant("kl", Kind.KL, null, null, 0);
    static final Variant SOFT_VQ = new Variant("softvq", Kind.SOFT_VQ, null, null, 0);
    /** The autoencoder whose codebook stands in for LlamaGen's. */
    static final Variant CODEBOOK = new Variant("codebook", Kind.CODEBOOK, null, null, 0);

    private static final double WEIGHT = 0.01;

    /** Returns the autoencoder of Table 1 that is aligned to the target. */
    static Variant aligned(TargetKind target) {
        return new Variant(target.key(), Kind.ALIGNED, target, target.projection, WEIGHT);
    }

    /** Returns an autoencoder that is aligned to Qwen's embeddings with that projection. */
    static Variant projected(String projection) {
        TargetKind target = TargetKind.QWEN;
        return projection.equals(target.projection) ? aligned(target)
                : new Variant(target.key() + "-" + projection, Kind.ALIGNED, target, projection, WEIGHT);
    }

    /** Returns an autoencoder that is aligned to Qwen's embeddings with that weight. */
    static Variant weighted(double weight) {
        TargetKind target = TargetKind.QWEN;
        return weight == WEIGHT ? aligned(target)
                : new Variant(target.key() + "-" + BigDecimal.valueOf(weight).toPlainString(), Kind.ALIGNED,
                        target, target.projection, weight);
    }
}
