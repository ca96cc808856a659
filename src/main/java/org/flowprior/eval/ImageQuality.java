package org.flowprior.eval;

import java.util.Arrays;
import org.flowprior.data.Pixels;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Compares reconstructions with their images, pixel by pixel: the peak signal-to-noise ratio and the structural
 * similarity (Wang et al. 2004) of each image, and their means over all images added.
 *
 * <p>Images are floating point, [B, 3, H, W] in [-1, 1]. They are compared as (v + 1) / 2, in [0, 1], in float64 on
 * their own device. SSIM is that of scikit-image with its defaults: windows of 7 x 7 pixels of equal weight that lie
 * inside the image, sample covariances, K1 = 0.01, K2 = 0.03, channel by channel.
 */
public final class ImageQuality {

    /**
     * How images are compared.
     *
     * @param quantized whether the reconstruction is first rounded to the 256 levels of a file, see
     *                  {@link Pixels#levels}; otherwise it is only clamped to [-1, 1]. The image is never changed
     * @param ssimRange the range of values that SSIM assumes; the values have a range of 1
     */
    public record Convention(boolean quantized, double ssimRange) {

        /** The reconstruction as a file would have it, and the range that the values have. */
        public static final Convention STANDARD = new Convention(true, 1);
        /** The published evaluation of SoftVQ: its SSIM assumes a range of 2, which makes it too high. */
        public static final Convention PUBLISHED = new Convention(true, 2);

        /** Throws {@link IllegalArgumentException} for a range that is not positive and finite. */
        public Convention {
            if (!(ssimRange > 0 && Double.isFinite(ssimRange))) {
                throw new IllegalArgumentException("SSIM's range must be positive and finite, not " + ssimRange);
            }
        }
    }

    private static final long WINDOW = 7;
    private static final double K1 = 0.01;
    private static final double K2 = 0.03;

    private final Convention convention;
    private long images;
    private double psnr;
    private double ssim;

    /** Means over no images yet. */
    public ImageQuality(Convention convention) {
        this.convention = convention;
    }

    /**
     * Adds images and their reconstructions, both [B, 3, H, W].
     *
     * @throws IllegalArgumentException for other shapes, and for sides below 7 pixels; nothing is added then
     */
    public void add(Tensor originals, Tensor reconstructions) {
        try (Scope scope = Scope.open()) {
            double similarity = ssim(originals, reconstructions, convention).sum().item();
            psnr += psnr(originals, reconstructions, convention).sum().item();
            ssim += similarity;
            images += originals.size(0);
        }
    }

    /** Returns the number of images so far. */
    public long images() {
        return images;
    }

    /** Returns the mean of the images' PSNR, in decibels; NaN without images. */
    public double psnr() {
        return psnr / images;
    }

    /** Returns the mean of the images' SSIM; NaN without images. */
    public double ssim() {
        return ssim / images;
    }

    /**
     * Computes the peak signal-to-noise ratio of each image: &minus;10 log10 of the mean squared error over its pixels
     * and channels, infinite if that error is 0.
     *
     * @return float64 [B]
     */
    public static Tensor psnr(Tensor originals, Tensor reconstructions, Convention convention) {
        check(originals, reconstructions, 1);
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> unit(originals).sub_(compared(reconstructions, convention)).square_()
                    .mean(1, 2, 3).log10_().mul_(-10));
        }
    }

    /**
     * Computes the structural similarity of each image.
     *
     * @return float64 [B]
     * @throws IllegalArgumentException for different shapes, and for images smaller than 7 x 7
     */
    public static Tensor ssim(Tensor originals, Tensor reconstructions, Convention convention) {
        check(originals, reconstructions, WINDOW);
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> {
                Tensor x = compared(reconstructions, convention);
                Tensor y = unit(originals);
                Tensor meanX = windows(x);
                Tensor meanY = windows(y);
                Tensor meanXY = meanX.mul(meanY);
                Tensor squares = meanX.square_().add_(meanY.square_());
                double sample = WINDOW * WINDOW / (WINDOW * WINDOW - 1.0);
                Tensor variances = windows(x.square()).add_(windows(y.square())).sub_(squares).mul_(sample);
                Tensor covariance = windows(x.mul(y)).sub_(meanXY).mul_(sample);
                double c1 = Math.pow(K1 * convention.ssimRange(), 2);
                double c2 = Math.pow(K2 * convention.ssimRange(), 2);
                Tensor above = meanXY.mul_(2).add_(c1).mul_(covariance.mul_(2).add_(c2));
                return above.div_(squares.add_(c1).mul_(variances.add_(c2))).mean(1, 2, 3);
            });
        }
    }

    private static Tensor windows(Tensor values) {
        return Functional.avgPool2d(values, WINDOW, 1);
    }

    private static Tensor compared(Tensor reconstructions, Convention convention) {
        return convention.quantized() ? Pixels.levels(reconstructions).to(DType.FLOAT64).div_(255)
                : unit(reconstructions.clamp(-1, 1));
    }

    private static Tensor unit(Tensor images) {
        return images.detach().to(DType.FLOAT64).add(1).div_(2);
    }

    private static void check(Tensor originals, Tensor reconstructions, long smallest) {
        long[] shape = originals.shape();
        if (!Arrays.equals(shape, reconstructions.shape()) || shape.length != 4 || originals.numel() == 0
                || shape[2] < smallest || shape[3] < smallest || !originals.dtype().isFloatingPoint()
                || !reconstructions.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException("two sets of images [B, C, H, W] of one shape, of at least " + smallest
                    + " x " + smallest + " pixels, can be compared, not " + originals.signature() + " and "
                    + reconstructions.signature());
        }
    }
}
