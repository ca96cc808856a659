package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** The largest element of each window: {@code torch.nn.MaxPool2d}. */
public final class MaxPool2d extends MaxPoolNd<MaxPool2d> {

    /** Windows of this size in all dimensions, side by side. */
    public MaxPool2d(long kernel) {
        this(kernel, kernel, 0);
    }

    /** Windows of this size at this stride. */
    public MaxPool2d(long kernel, long stride) {
        this(kernel, stride, 0);
    }

    /** Windows of this size at this stride, x padded with minus infinity. */
    public MaxPool2d(long kernel, long stride, long padding) {
        this(new long[] {kernel}, new long[] {stride}, new long[] {padding}, new long[] {1}, false);
    }

    /** PyTorch's arguments; an array has one number, or one for each dimension. */
    public MaxPool2d(long[] kernel, long[] stride, long[] padding, long[] dilation, boolean ceilMode) {
        super(kernel, stride, padding, dilation, ceilMode);
    }

    /** x [batch, channels, height, width] to [batch, channels, height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.maxPool2d(in, kernel, stride, padding, dilation, ceilMode));
    }

    /** As {@link #forward}, with the positions of the largest elements, as {@link MaxUnpool2d} takes them. */
    public Results.OutputIndices forwardWithIndices(Tensor x) {
        return Functional.maxPool2dWithIndices(x, kernel, stride, padding, dilation, ceilMode);
    }
}
