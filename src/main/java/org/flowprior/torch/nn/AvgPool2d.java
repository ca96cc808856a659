package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The mean of each window: {@code torch.nn.AvgPool2d}. */
public final class AvgPool2d extends AvgPoolNd<AvgPool2d> {

    /** Windows of this size in all dimensions, side by side. */
    public AvgPool2d(long kernel) {
        this(kernel, kernel, 0);
    }

    /** Windows of this size at this stride. */
    public AvgPool2d(long kernel, long stride) {
        this(kernel, stride, 0);
    }

    /** Windows of this size at this stride, x padded with zeros, which count in the divisor. */
    public AvgPool2d(long kernel, long stride, long padding) {
        this(new long[] {kernel}, new long[] {stride}, new long[] {padding}, false, true);
    }

    /**
     * Square windows at this stride.
     *
     * @param countIncludePad whether the divisor counts the padding, PyTorch's default
     */
    public AvgPool2d(long kernel, long stride, long padding, boolean countIncludePad) {
        this(new long[] {kernel}, new long[] {stride}, new long[] {padding}, false, countIncludePad);
    }

    /**
     * PyTorch's arguments; an array has one number, or one for each dimension.
     *
     * @param countIncludePad whether the divisor counts the padding, PyTorch's default
     */
    public AvgPool2d(long[] kernel, long[] stride, long[] padding, boolean ceilMode, boolean countIncludePad) {
        super(kernel, stride, padding, ceilMode, countIncludePad);
    }

    /** x [batch, channels, height, width] to [batch, channels, height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.avgPool2d(in, kernel, stride, padding, ceilMode, countIncludePad));
    }
}
