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

    /** The paper's name. */
    final String title;
    /** The kind of its prior's projection to the latents' channels. */
    final String projection;
    /** The option that names its features. */
    final String option;

    TargetKind(String title, String projection, String option) {
        this.title = title;
        this.projection = projection;
        this.option = option;
    }

    /** Returns its part of the files' names. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
