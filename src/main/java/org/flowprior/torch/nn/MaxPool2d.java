package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The largest element of each window: {@code torch.nn.MaxPool2d}. */
public final class MaxPool2d extends Layer {

    private final long kernel;
    private final long stride;
    private final long padding;

    /** Square windows side by side. */
    public MaxPool2d(long kernel) {
        this(kernel, kernel, 0);
    }

    /** Square windows at this stride, the image padded with minus infinity. */
    public MaxPool2d(long kernel, long stride, long padding) {
        this.kernel = kernel;
        this.stride = stride;
        this.padding = padding;
    }

    /** x [batch, channels, height, width] to [batch, channels, height', width']. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.maxPool2d(x, kernel, stride, padding);
    }
}
