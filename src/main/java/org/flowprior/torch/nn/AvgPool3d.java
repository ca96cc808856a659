package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The mean of each window: {@code torch.nn.AvgPool3d}. */
public final class AvgPool3d extends AvgPoolNd<AvgPool3d> {

    /** Windows of this size in all dimensions, side by side. */
    public AvgPool3d(long kernel) {
        this(kernel, kernel, 0);
    }

    /** Windows of this size at this stride. */
    public AvgPool3d(long kernel, long stride) {
        this(kernel, stride, 0);
    }

    /** Windows of this size at this stride, x padded with zeros, which count in the divisor. */
    public AvgPool3d(long kernel, long stride, long padding) {
        this(new long[] {kernel}, new long[] {stride}, new long[] {padding}, false, true);
    }

    /**
     * PyTorch's arguments; an array has one number, or one for each dimension.
     *
     * @param countIncludePad whether the divisor counts the padding, PyTorch's default
     */
    public AvgPool3d(long[] kernel, long[] stride, long[] padding, boolean ceilMode, boolean countIncludePad) {
        super(kernel, stride, padding, ceilMode, countIncludePad);
    }

    /** x [batch, channels, depth, height, width] to [batch, channels, depth', height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.avgPool3d(in, kernel, stride, padding, ceilMode, countIncludePad));
    }
}
