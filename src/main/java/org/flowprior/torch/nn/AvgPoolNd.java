package org.flowprior.torch.nn;

/** What the mean pools share. */
abstract class AvgPoolNd<S extends AvgPoolNd<S>> extends TypedLayer<S> {

    final long[] kernel;
    final long[] stride;
    final long[] padding;
    final boolean ceilMode;
    final boolean countIncludePad;

    AvgPoolNd(long[] kernel, long[] stride, long[] padding, boolean ceilMode, boolean countIncludePad) {
        this.kernel = kernel.clone();
        this.stride = stride.clone();
        this.padding = padding.clone();
        this.ceilMode = ceilMode;
        this.countIncludePad = countIncludePad;
    }

    @Override
    protected String extraRepr() {
        return "kernel_size=" + Python.numbers(kernel) + ", stride=" + Python.numbers(stride) + ", padding="
                + Python.numbers(padding);
    }
}
