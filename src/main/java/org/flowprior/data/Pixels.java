package org.flowprior.data;

import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** The values of images in tensors, in [-1, 1], and the 256 levels of files. */
public final class Pixels {

    private Pixels() {}

    /**
     * The levels: 127.5 v + 128, cut to [0, 255] and truncated, as the published evaluations have it. That is 255 (v +
     * 1) / 2, rounded to the nearest.
     *
     * @param images floating point, of any shape
     * @return uint8, of that shape; 0 where the value is NaN
     */
    public static Tensor levels(Tensor images) {
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> images.detach().to(DType.FLOAT32).mul(127.5).add_(128).nanToNum_(0.0)
                    .clamp_(0, 255).to(DType.UINT8));
        }
    }

    /**
     * Rounds values to levels as the official generator does for its samples, half to even.
     *
     * @param images floating point, of any shape
     * @return uint8, of that shape; 0 where the value is NaN
     */
    public static Tensor sampleLevels(Tensor images) {
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> images.detach().to(DType.FLOAT32).add(1).div_(2).mul_(255).nanToNum_(0.0)
                    .clamp_(0, 255).round_().to(DType.UINT8));
        }
    }

    /**
     * The values of levels: v / 255, less 0.5, over 0.5, in float32 and this order, as torchvision's ToTensor and
     * Normalize(0.5, 0.5) have it.
     *
     * @param levels uint8, of any shape
     * @return float32, of that shape
     */
    public static Tensor values(Tensor levels) {
        return Scope.returning(() -> levels.to(DType.FLOAT32).div(255).sub_(0.5).div_(0.5));
    }
}
