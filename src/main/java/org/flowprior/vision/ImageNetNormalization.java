package org.flowprior.vision;

import java.util.List;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Normalises images by the mean and deviation of ImageNet's channels, for networks trained on it. */
public final class ImageNetNormalization {

    /** Mean of red, green and blue in [0, 1]. */
    public static final List<Double> MEAN = List.of(0.485, 0.456, 0.406);
    /** Standard deviation of red, green and blue in [0, 1]. */
    public static final List<Double> DEVIATION = List.of(0.229, 0.224, 0.225);

    private ImageNetNormalization() {}

    /**
     * Returns ((x + 1) / 2 - mean) / deviation for each channel, computed as x · 0.5 / deviation + (0.5 - mean) /
     * deviation.
     *
     * @param images [..., 3, H, W] in [-1, 1], floating point
     * @return the same shape and dtype
     * @throws IllegalArgumentException for another number of channels
     */
    public static Tensor apply(Tensor images) {
        if (images.dim() < 3 || images.size(-3) != 3 || !images.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException("normalisation needs floating-point images [..., 3, H, W] in [-1, 1], "
                    + "not " + images.signature());
        }
        double[] scale = new double[3];
        double[] shift = new double[3];
        for (int c = 0; c < 3; c++) {
            scale[c] = 0.5 / DEVIATION.get(c);
            shift[c] = (0.5 - MEAN.get(c)) / DEVIATION.get(c);
        }
        return Scope.returning(() -> images.mul(channels(scale, images)).add_(channels(shift, images)));
    }

    private static Tensor channels(double[] values, Tensor like) {
        return Tensor.of(values, 3, 1, 1).to(like.dtype(), like.device());
    }
}
