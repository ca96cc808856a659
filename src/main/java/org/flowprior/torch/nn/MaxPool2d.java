package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** The largest element of each window: {@code torch.nn.MaxPool2d}. */
public final class MaxPool2d extends MaxPoolNd<MaxPool2d> {

    /** Windows of this size in all dimensions, side by side. */
    public MaxPool2d(long kernel) {
        this(Options.kernel(kernel));
    }

    /** Windows of this size at this stride. */
    public MaxPool2d(long kernel, long stride) {
        this(Options.kernel(kernel).withStride(stride));
    }

    /** Windows of this size at this stride, x padded with minus infinity. */
    public MaxPool2d(long kernel, long stride, long padding) {
        this(Options.kernel(kernel).withStride(stride).withPadding(padding));
    }

    /** With PyTorch's other arguments: {@code MaxPool2d.Options.kernel(3).withCeilMode(true)}. */
    public MaxPool2d(Options options) {
        super(options);
    }

    /** x [batch, channels, height, width] to [batch, channels, height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.maxPool2d(in, options.kernel(), options.stride(), options.padding(),
                options.dilation(), options.ceilMode()));
    }

    /** As {@link #forward}, with the positions of the largest elements, as {@link MaxUnpool2d} takes them. */
    public Results.OutputIndices forwardWithIndices(Tensor x) {
        return Functional.maxPool2dWithIndices(x, options.kernel(), options.stride(), options.padding(),
                options.dilation(), options.ceilMode());
    }
}
