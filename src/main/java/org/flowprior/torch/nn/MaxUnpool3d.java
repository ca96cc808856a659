package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/**
 * Puts the largest elements back where {@link MaxPool3d} found them, with zeros elsewhere:
 * {@code torch.nn.MaxUnpool3d}.
 */
public final class MaxUnpool3d extends MaxUnpoolNd<MaxUnpool3d> {

    /** For windows of this size side by side. */
    public MaxUnpool3d(long kernel) {
        this(kernel, kernel, 0);
    }

    /** For windows of this size at this stride, and this padding. */
    public MaxUnpool3d(long kernel, long stride, long padding) {
        super(3, kernel, stride, padding);
    }

    @Override
    Tensor unpooled(Tensor x, Tensor indices, long[] size) {
        return Functional.maxUnpool3d(x, indices, size, stride, padding);
    }
}
