package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** Repeats each pixel in both dimensions: {@code torch.nn.Upsample} with mode {@code nearest}. */
public final class Upsample extends Layer {

    private final double[] factors;

    /** With this factor in each dimension. */
    public Upsample(long factor) {
        this.factors = new double[] {factor, factor};
    }

    /** x [batch, channels, height, width] to [batch, channels, factor · height, factor · width]. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.upsampleNearest2d(x, null, factors);
    }
}
