package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The mean of each window: {@code torch.nn.AvgPool1d}. */
public final class AvgPool1d extends AvgPoolNd<AvgPool1d> {

    /** Windows of this size in all dimensions, side by side. */
    public AvgPool1d(long kernel) {
        this(Options.kernel(kernel));
    }

    /** Windows of this size at this stride. */
    public AvgPool1d(long kernel, long stride) {
        this(Options.kernel(kernel).withStride(stride));
    }

    /** Windows of this size at this stride, x padded with zeros, which count in the divisor. */
    public AvgPool1d(long kernel, long stride, long padding) {
        this(Options.kernel(kernel).withStride(stride).withPadding(padding));
    }

    /** With PyTorch's other arguments: {@code AvgPool1d.Options.kernel(3).withCeilMode(true)}. */
    public AvgPool1d(Options options) {
        super(options);
    }

    /** x [batch, channels, length] to [batch, channels, length']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.avgPool1d(in, options.kernel(), options.stride(), options.padding(),
                options.ceilMode(), options.countIncludePad()));
    }

    @Override
    String text(long[] values) {
        return Python.tuple(values);
    }
}
