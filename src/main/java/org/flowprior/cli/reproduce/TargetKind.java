package org.flowprior.cli.reproduce;

import java.util.Locale;

/** The four target distributions of Sec. 5.2. */
enum TargetKind {

    /** Low-level visual features: the latents of a VAE. */
    VAE("Low-level (VAE)", "none"),
    /** Semantic visual features: DINOv2's. */
    DINO("Semantic (Dino)", "random"),
    /** A discrete visual codebook: LlamaGen's. */
    VQ("Discrete (VQ)", "none"),
    /** Textual features: Qwen's token embeddings. */
    QWEN("Textual (Qwen)", "random");

    private final String title;
    private final String projection;

    TargetKind(String title, String projection) {
        this.title = title;
        this.projection = projection;
    }

    /** As the paper calls it. */
    String title() {
        return title;
    }

    /** The kind of projection to the latents' channels that its prior has. */
    String projection() {
        return projection;
    }

    /** Its part of the files' names. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
