package org.flowprior.eval;

import java.util.Locale;

/** What an {@link Evaluation} can measure. Some metrics give several numbers; the keys are those of its result. */
public enum Metric {

    /** Fréchet distance of the generated images' features to those of the real images: {@code fid}. */
    FID,
    /** The same with spatial features, which Inception has: {@code sfid}. */
    SFID,
    /** Inception score of the generated images: {@code inceptionScore} and {@code inceptionScoreDeviation}. */
    IS,
    /** Precision and recall of the generated images: {@code precision}, {@code recall} and {@code fScore}. */
    PR,
    /** Fréchet distance of the features of reconstructions to those of their images: {@code rfid}. */
    RFID,
    /** Peak signal-to-noise ratio of pairs, in decibels: {@code psnr}. */
    PSNR,
    /** Structural similarity of pairs: {@code ssim}. */
    SSIM,
    /** Perceptual distance of pairs: {@code lpips}. */
    LPIPS;

    /** Returns whether the metric compares image by image. */
    public boolean ofPairs() {
        return this == PSNR || this == SSIM || this == LPIPS;
    }

    /** Returns whether the metric needs a feature network. */
    public boolean ofFeatures() {
        return !ofPairs();
    }

    /** Returns whether the metric compares reconstructions with their images. */
    public boolean ofReconstructions() {
        return ofPairs() || this == RFID;
    }

    /** Returns the name in lower case, such as {@code fid}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
