package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** The largest element of each window: {@code torch.nn.MaxPool3d}. */
public final class MaxPool3d extends MaxPoolNd<MaxPool3d> {

    /** Windows of this size in all dimensions, side by side. */
    public MaxPool3d(long kernel) {
        this(kernel, kernel, 0);
    }

    /** Windows of this size at this stride. */
    public MaxPool3d(long kernel, long stride) {
        this(kernel, stride, 0);
    }

    /** Windows of this size at this stride, x padded with minus infinity. */
    public MaxPool3d(long kernel, long stride, long padding) {
        this(new long[] {kernel}, new long[] {stride}, new long[] {padding}, new long[] {1}, false);
    }

    /** PyTorch's arguments; an array has one number, or one for each dimension. */
    public MaxPool3d(long[] kernel, long[] stride, long[] padding, long[] dilation, boolean ceilMode) {
        super(kernel, stride, padding, dilation, ceilMode);
    }

    /** x [batch, channels, depth, height, width] to [batch, channels, depth', height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.maxPool3d(in, kernel, stride, padding, dilation, ceilMode));
    }

    /** As {@link #forward}, with the positions of the largest elements, as {@link MaxUnpool3d} takes them. */
    public Results.OutputIndices forwardWithIndices(Tensor x) {
        return Functional.maxPool3dWithIndices(x, kernel, stride, padding, dilation, ceilMode);
    }
}
