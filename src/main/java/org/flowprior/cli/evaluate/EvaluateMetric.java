package org.flowprior.cli.evaluate;

/** What {@code evaluate} can measure. */
enum EvaluateMetric {

    /** Fréchet distance of the generated images' features to the real ones'. */
    FID,
    /** The same of spatial features, which Inception has. */
    SFID,
    /** Inception score. */
    IS,
    /** Precision and recall. */
    PR,
    /** Fréchet distance of reconstructions to their images. */
    RFID,
    /** Peak signal-to-noise ratio of pairs. */
    PSNR,
    /** Structural similarity of pairs. */
    SSIM,
    /** Perceptual distance of pairs. */
    LPIPS;

    /** Whether it compares image by image. */
    boolean ofPairs() {
        return this == PSNR || this == SSIM || this == LPIPS;
    }

    /** Whether it needs a feature network. */
    boolean ofFeatures() {
        return !ofPairs();
    }
}
