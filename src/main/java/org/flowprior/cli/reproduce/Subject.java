package org.flowprior.cli.reproduce;

import java.util.List;
import java.util.Locale;

/** What of the paper can be reproduced. */
enum Subject {

    /** Latents, alignment loss and training curves on a mixture of five Gaussians. */
    FIG3,
    /** Alignment loss and nearest neighbours over the training of autoencoders. */
    FIG4,
    /** The six targets in the plane. */
    FIG5,
    /** Latents moving, for the six targets. */
    FIG6,
    /** Seven autoencoders: reconstruction and generation. */
    TABLE1,
    /** Projections and weights of the alignment. */
    TABLE2,
    /** No part of the paper: the embedding table that stands in for Qwen's. */
    EMBEDDINGS;

    /** As it is typed. */
    String typed() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is made with {@code flowprior toy} alone. */
    boolean ofToys() {
        return this == FIG3 || this == FIG5 || this == FIG6;
    }

    /** The targets whose priors it needs. */
    List<TargetKind> targets() {
        return switch (this) {
            case FIG4, TABLE1 -> List.of(TargetKind.values());
            case TABLE2 -> List.of(TargetKind.QWEN);
            case FIG3, FIG5, FIG6, EMBEDDINGS -> List.of();
        };
    }
}
