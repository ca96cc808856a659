package org.flowprior.cli.reproduce;

import java.util.Locale;

/** The four target distributions of Sec. 5.2. */
enum TargetKind {

    /** Low-level visual features: the latents of a VAE. */
    VAE("Low-level (VAE)", "none", "--vae"),
    /** Semantic visual features: DINOv2's. */
    DINO("Semantic (Dino)", "random", "--dinov2"),
    /** A discrete visual codebook: LlamaGen's. */
    VQ("Discrete (VQ)", "none", "--vq"),
    /** Textual features: Qwen's token embeddings. */
    QWEN("Textual (Qwen)", "random", "--qwen");

    private final String title;
    private final String projection;
    private final String option;

    TargetKind(String title, String projection, String option) {
        this.title = title;
        this.projection = projection;
        this.option = option;
    }

    /** Returns the paper's name. */
    String title() {
        return title;
    }

    /** Returns the kind of its prior's projection to the latents' channels. */
    String projection() {
        return projection;
    }

    /** Returns the option that names its features. */
    String option() {
        return option;
    }

    /** Returns its part of the files' names. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
