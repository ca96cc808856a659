package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The largest element of each window: {@code torch.nn.MaxPool1d}. */
public final class MaxPool1d extends MaxPoolNd<MaxPool1d> {

    /** Windows of this size in all dimensions, side by side. */
    public MaxPool1d(long kernel) {
        this(Options.kernel(kernel));
    }

    /** Windows of this size at this stride. */
    public MaxPool1d(long kernel, long stride) {
        this(Options.kernel(kernel).withStride(stride));
    }

    /** Windows of this size at this stride, x padded with minus infinity. */
    public MaxPool1d(long kernel, long stride, long padding) {
        this(Options.kernel(kernel).withStride(stride).withPadding(padding));
    }

    /** With PyTorch's other arguments: {@code MaxPool1d.Options.kernel(3).withCeilMode(true)}. */
    public MaxPool1d(Options options) {
        super(options);
    }

    /** x [batch, channels, length] to [batch, channels, length']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.maxPool1d(in, options.kernel(), options.stride(), options.padding(),
                options.dilation(), options.ceilMode()));
    }
}
