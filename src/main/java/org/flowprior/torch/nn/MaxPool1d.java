package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The largest element of each window: {@code torch.nn.MaxPool1d}. */
public final class MaxPool1d extends MaxPoolNd<MaxPool1d> {

    /** Windows of this size in all dimensions, side by side. */
    public MaxPool1d(long kernel) {
        this(kernel, kernel, 0);
    }

    /** Windows of this size at this stride. */
    public MaxPool1d(long kernel, long stride) {
        this(kernel, stride, 0);
    }

    /** Windows of this size at this stride, x padded with minus infinity. */
    public MaxPool1d(long kernel, long stride, long padding) {
        this(new long[] {kernel}, new long[] {stride}, new long[] {padding}, new long[] {1}, false);
    }

    /** PyTorch's arguments; an array has one number, or one for each dimension. */
    public MaxPool1d(long[] kernel, long[] stride, long[] padding, long[] dilation, boolean ceilMode) {
        super(kernel, stride, padding, dilation, ceilMode);
    }

    /** x [batch, channels, length] to [batch, channels, length']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.maxPool1d(in, kernel, stride, padding, dilation, ceilMode));
    }
}
