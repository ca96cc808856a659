package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The mean of each window: {@code torch.nn.AvgPool3d}. */
public final class AvgPool3d extends AvgPoolNd<AvgPool3d> {

    /** Windows of this size in all dimensions, side by side. */
    public AvgPool3d(long kernel) {
        this(Options.kernel(kernel));
    }

    /** Windows of this size at this stride. */
    public AvgPool3d(long kernel, long stride) {
        this(Options.kernel(kernel).withStride(stride));
    }

    /** Windows of this size at this stride, x padded with zeros, which count in the divisor. */
    public AvgPool3d(long kernel, long stride, long padding) {
        this(Options.kernel(kernel).withStride(stride).withPadding(padding));
    }

    /** With PyTorch's other arguments: {@code AvgPool3d.Options.kernel(3).withCeilMode(true)}. */
    public AvgPool3d(Options options) {
        super(options);
    }

    /** x [batch, channels, depth, height, width] to [batch, channels, depth', height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.avgPool3d(in, options.kernel(), options.stride(), options.padding(),
                options.ceilMode(), options.countIncludePad()));
    }
}
