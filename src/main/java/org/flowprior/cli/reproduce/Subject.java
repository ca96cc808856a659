package org.flowprior.cli.reproduce;

import java.util.List;
import java.util.Locale;

/** A part of the paper that can be reproduced. */
enum Subject {

    /** Latents, alignment loss and training curves on a mixture of five Gaussians. */
    FIG3,
    /** Alignment loss and nearest-neighbour distances during the training of autoencoders. */
    FIG4,
    /** The six targets in the plane. */
    FIG5,
    /** Latents moving, for the six targets. */
    FIG6,
    /** Seven autoencoders: reconstruction and generation. */
    TABLE1,
    /** Projections and weights of the alignment. */
    TABLE2,
    /** Not a part of the paper: the embedding table that stands in for Qwen's. */
    EMBEDDINGS;

    /** Returns the name that a user types. */
    String typed() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns true if it needs only {@code flowprior toy}. */
    boolean ofToys() {
        return this == FIG3 || this == FIG5 || this == FIG6;
    }

    /** Returns the targets whose priors it needs. */
    List<TargetKind> targets() {
        return switch (this) {
            case FIG4, TABLE1 -> List.of(TargetKind.values());
            case TABLE2 -> List.of(TargetKind.QWEN);
            case FIG3, FIG5, FIG6, EMBEDDINGS -> List.of();
        };
    }
}
