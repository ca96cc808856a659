package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** The largest element of each window: {@code torch.nn.MaxPool3d}. */
public final class MaxPool3d extends MaxPoolNd<MaxPool3d> {

    /** Windows of this size in all dimensions, side by side. */
    public MaxPool3d(long kernel) {
        this(Options.kernel(kernel));
    }

    /** Windows of this size at this stride. */
    public MaxPool3d(long kernel, long stride) {
        this(Options.kernel(kernel).withStride(stride));
    }

    /** Windows of this size at this stride, x padded with minus infinity. */
    public MaxPool3d(long kernel, long stride, long padding) {
        this(Options.kernel(kernel).withStride(stride).withPadding(padding));
    }

    /** With PyTorch's other arguments: {@code MaxPool3d.Options.kernel(3).withCeilMode(true)}. */
    public MaxPool3d(Options options) {
        super(options);
    }

    /** x [batch, channels, depth, height, width] to [batch, channels, depth', height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.maxPool3d(in, options.kernel(), options.stride(), options.padding(),
                options.dilation(), options.ceilMode()));
    }

    /** As {@link #forward}, with the positions of the largest elements, as {@link MaxUnpool3d} takes them. */
    public Results.OutputIndices forwardWithIndices(Tensor x) {
        return Functional.maxPool3dWithIndices(x, options.kernel(), options.stride(), options.padding(),
                options.dilation(), options.ceilMode());
    }
}
