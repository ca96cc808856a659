package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** Puts the largest elements back where {@link MaxPool3d} found them, with zeros elsewhere: {@code torch.nn.MaxUnpool3d}. */
public final class MaxUnpool3d extends TypedModule<MaxUnpool3d> {

    private final long[] kernel;
    private final long[] stride;
    private final long[] padding;

    /** For windows of this size side by side. */
    public MaxUnpool3d(long kernel) {
        this(kernel, kernel, 0);
    }

    /** For windows of this size at this stride, and this padding. */
    public MaxUnpool3d(long kernel, long stride, long padding) {
        this.kernel = Sizes.of(3, kernel);
        this.stride = Sizes.of(3, stride);
        this.padding = Sizes.of(3, padding);
    }

    /** The pool's output and indices to the smallest input that the pool may have had. */
    public Tensor forward(Tensor x, Tensor indices) {
        return forward(x, indices, Unpooled.size(x, kernel, stride, padding));
    }

    /** The pool's output and indices to the pool's input of this size, without batch and channels. */
    public Tensor forward(Tensor input, Tensor indices, long... size) {
        return hooked(input, x -> Functional.maxUnpool3d(x, indices, size, stride, padding));
    }

    @Override
    protected String extraRepr() {
        return "kernel_size=" + Python.tuple(kernel) + ", stride=" + Python.tuple(stride) + ", padding=" + Python.tuple(padding);
    }
}
