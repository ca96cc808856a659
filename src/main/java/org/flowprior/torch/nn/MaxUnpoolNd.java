package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** What the inverses of maximum pools share. */
public abstract sealed class MaxUnpoolNd<S extends MaxUnpoolNd<S>> extends TypedModule<S>
        permits MaxUnpool2d, MaxUnpool3d {

    private final long[] kernel;
    final long[] stride;
    final long[] padding;

    MaxUnpoolNd(int dims, long kernel, long stride, long padding) {
        this.kernel = Sizes.of(dims, kernel);
        this.stride = Sizes.of(dims, stride);
        this.padding = Sizes.of(dims, padding);
    }

    /** The pool's output and indices to the smallest input that the pool may have had. */
    public final Tensor forward(Tensor x, Tensor indices) {
        long[] size = new long[kernel.length];
        for (int i = 0; i < size.length; i++) {
            size[i] = (x.size(x.dim() - size.length + i) - 1) * stride[i] - 2 * padding[i] + kernel[i];
        }
        return forward(x, indices, size);
    }

    /** The pool's output and indices to the pool's input of this size, without batch and channels. */
    public final Tensor forward(Tensor x, Tensor indices, long... size) {
        return hooked(x, in -> unpooled(in, indices, size));
    }

    abstract Tensor unpooled(Tensor x, Tensor indices, long[] size);

    @Override
    protected final String extraRepr() {
        return "kernel_size=" + Python.tuple(kernel) + ", stride=" + Python.tuple(stride) + ", padding="
                + Python.tuple(padding);
    }
}
