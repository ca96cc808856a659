package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The mean of each window: {@code torch.nn.AvgPool2d}. */
public final class AvgPool2d extends AvgPoolNd<AvgPool2d> {

    /** Windows of this size in all dimensions, side by side. */
    public AvgPool2d(long kernel) {
        this(Options.kernel(kernel));
    }

    /** Windows of this size at this stride. */
    public AvgPool2d(long kernel, long stride) {
        this(Options.kernel(kernel).withStride(stride));
    }

    /** Windows of this size at this stride, x padded with zeros, which count in the divisor. */
    public AvgPool2d(long kernel, long stride, long padding) {
        this(Options.kernel(kernel).withStride(stride).withPadding(padding));
    }

    /**
     * Square windows at this stride.
     *
     * @param countIncludePad whether the divisor counts the padding, PyTorch's default
     */
    public AvgPool2d(long kernel, long stride, long padding, boolean countIncludePad) {
        this(Options.kernel(kernel).withStride(stride).withPadding(padding).withCountIncludePad(countIncludePad));
    }

    /** With PyTorch's other arguments: {@code AvgPool2d.Options.kernel(3).withCeilMode(true)}. */
    public AvgPool2d(Options options) {
        super(options);
    }

    /** x [batch, channels, height, width] to [batch, channels, height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.avgPool2d(in, options.kernel(), options.stride(), options.padding(),
                options.ceilMode(), options.countIncludePad()));
    }
}
