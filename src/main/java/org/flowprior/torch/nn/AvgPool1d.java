package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The mean of each window: {@code torch.nn.AvgPool1d}. */
public final class AvgPool1d extends AvgPoolNd<AvgPool1d> {

    /** Windows of this size in all dimensions, side by side. */
    public AvgPool1d(long kernel) {
        this(kernel, kernel, 0);
    }

    /** Windows of this size at this stride. */
    public AvgPool1d(long kernel, long stride) {
        this(kernel, stride, 0);
    }

    /** Windows of this size at this stride, x padded with zeros, which count in the divisor. */
    public AvgPool1d(long kernel, long stride, long padding) {
        this(new long[] {kernel}, new long[] {stride}, new long[] {padding}, false, true);
    }

    /**
     * PyTorch's arguments; an array has one number, or one for each dimension.
     *
     * @param countIncludePad whether the divisor counts the padding, PyTorch's default
     */
    public AvgPool1d(long[] kernel, long[] stride, long[] padding, boolean ceilMode, boolean countIncludePad) {
        super(kernel, stride, padding, ceilMode, countIncludePad);
    }

    /** x [batch, channels, length] to [batch, channels, length']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.avgPool1d(in, kernel, stride, padding, ceilMode, countIncludePad));
    }

    @Override
    protected String extraRepr() {
        return "kernel_size=" + Python.tuple(kernel) + ", stride=" + Python.tuple(stride) + ", padding="
                + Python.tuple(padding);
    }
}
