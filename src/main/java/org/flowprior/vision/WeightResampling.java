package org.flowprior.vision;

import java.util.List;
import java.util.function.UnaryOperator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Resamples weights of a vision transformer for another grid of patches or another patch size, as timm does. */
final class WeightResampling {

    private WeightResampling() {}

    /**
     * Resizes the position embedding to another grid, as an image, by {@link TensorResize#BICUBIC}: timm's
     * {@code resample_abs_pos_embed}.
     *
     * @param positions [1, prefix + old², width]; the prefix does not change
     * @return [1, prefix + grid², width] in the same dtype
     */
    static Tensor positions(Tensor positions, int prefix, int old, int grid) {
        long width = positions.size(2);
        return withoutGrad(positions, wide -> {
            Tensor image = wide.narrow(1, prefix, (long) old * old).view(1, old, old, width).permute(0, 3, 1, 2);
            Tensor resized = TensorResize.BICUBIC.apply(image, grid, grid);
            Tensor rows = resized.permute(0, 2, 3, 1).reshape(1, (long) grid * grid, width);
            return Torch.cat(List.of(wide.narrow(1, 0, prefix), rows), 1);
        });
    }

    /**
     * Resizes the patch kernel such that resized patches give the same embedding: FlexiViT's pseudo-inverse resize, timm's
     * {@code resample_patch_embed}. The pseudo-inverse of the two-dimensional resize is that of the one-dimensional one
     * for rows and columns.
     *
     * @param kernel [out, in, old, old]
     * @return [out, in, patch, patch] in the same dtype
     */
    static Tensor kernel(Tensor kernel, int patch) {
        int old = Math.toIntExact(kernel.size(3));
        return withoutGrad(kernel, wide -> {
            Tensor inverse = kernelMatrix(old, patch).to(wide.dtype(), wide.device());
            return inverse.matmul(wide).matmul(inverse.transpose(0, 1));
        });
    }

    /** [patch, old] in float64. */
    static Tensor kernelMatrix(int old, int patch) {
        return Scope.returning(() -> Linalg.pinv(TensorResize.BICUBIC.matrix(old, patch).transpose(0, 1)));
    }

    /** Computes in float32 at least, as PyTorch's interpolation requires. */
    private static Tensor withoutGrad(Tensor weight, UnaryOperator<Tensor> change) {
        DType dtype = weight.dtype();
        return Scope.returning(() -> {
            try (NoGrad noGrad = new NoGrad()) {
                return change.apply(dtype == DType.FLOAT64 ? weight : weight.to(DType.FLOAT32)).to(dtype);
            }
        });
    }
}
