package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/**
 * Puts the largest elements back where {@link MaxPool2d} found them, with zeros elsewhere:
 * {@code torch.nn.MaxUnpool2d}.
 */
public final class MaxUnpool2d extends MaxUnpoolNd<MaxUnpool2d> {

    /** For windows of this size side by side. */
    public MaxUnpool2d(long kernel) {
        this(kernel, kernel, 0);
    }

    /** For windows of this size at this stride, and this padding. */
    public MaxUnpool2d(long kernel, long stride, long padding) {
        super(2, kernel, stride, padding);
    }

    @Override
    Tensor unpooled(Tensor x, Tensor indices, long[] size) {
        return Functional.maxUnpool2d(x, indices, size);
    }
}
