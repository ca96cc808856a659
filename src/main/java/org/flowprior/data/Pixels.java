package org.flowprior.data;

import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Converts between the values of images in tensors, [-1, 1], and the 256 levels of files. The official code rounds
 * values to levels in two ways, and results are comparable only with the right one:
 *
 * <ul>
 *   <li>{@link #levels} in the evaluation of autoencoders (rFID, PSNR, SSIM): trunc(clamp(127.5 v + 128, 0, 255)), that
 *       is, half up, for originals and reconstructions.
 *   <li>{@link #sampleLevels} for the generator's samples: round(clamp(255 (v + 1) / 2, 0, 255)), half to
 *       even.
 * </ul>
 *
 * <p>The two differ only if 255 (v + 1) / 2 is half-way between two levels, up to float32 rounding: the first then
 * gives the upper level, the second the even one. Both map every result of {@link #values} back to its level.
 */
public final class Pixels {

    private Pixels() {}

    /**
     * Rounds values to levels as the official evaluation of autoencoders does, half up.
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
     * Converts levels to values: v / 255, less 0.5, over 0.5, in float32 and this order, as torchvision's ToTensor and
     * Normalize(0.5, 0.5) do.
     *
     * @param levels uint8, or floating point in [0, 255], of any shape
     * @return float32, of that shape
     */
    public static Tensor values(Tensor levels) {
        return Scope.returning(() -> levels.to(DType.FLOAT32).div(255).sub_(0.5).div_(0.5));
    }
}
