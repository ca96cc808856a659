package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The mean of each window: {@code torch.nn.AvgPool2d}. */
public final class AvgPool2d extends Layer {

    private final long kernel;
    private final long stride;
    private final long padding;
    private final boolean countIncludePad;

    /** Square windows side by side. */
    public AvgPool2d(long kernel) {
        this(kernel, kernel, 0, true);
    }

    /**
     * Square windows at this stride.
     *
     * @param countIncludePad whether the divisor counts the padding, PyTorch's default
     */
    public AvgPool2d(long kernel, long stride, long padding, boolean countIncludePad) {
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
        this.countIncludePad = countIncludePad;
    }

    /** x [batch, channels, height, width] to [batch, channels, height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.avgPool2d(x, kernel, stride, padding, false, countIncludePad);
    }
}
