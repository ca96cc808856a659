package org.flowprior.torch.nn;

/** What the maximum pools share. */
abstract class MaxPoolNd<S extends MaxPoolNd<S>> extends TypedLayer<S> {

    final long[] kernel;
    final long[] stride;
    final long[] padding;
    final long[] dilation;
    final boolean ceilMode;

    MaxPoolNd(long[] kernel, long[] stride, long[] padding, long[] dilation, boolean ceilMode) {
        this.kernel = kernel.clone();
        this.stride = stride.clone();
        this.padding = padding.clone();
        this.dilation = dilation.clone();
        this.ceilMode = ceilMode;
    }

    @Override
    protected final String extraRepr() {
        return "kernel_size=" + Python.numbers(kernel) + ", stride=" + Python.numbers(stride) + ", padding="
                + Python.numbers(padding) + ", dilation=" + Python.numbers(dilation) + ", ceil_mode="
                + Python.repr(ceilMode);
    }
}
