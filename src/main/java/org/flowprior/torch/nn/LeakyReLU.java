package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x if positive, else slope · x: {@code torch.nn.LeakyReLU}. */
public final class LeakyReLU extends Layer {

    private final double slope;

    /** With this slope for negative x; PyTorch's default is 0.01. */
    public LeakyReLU(double slope) {
        this.slope = slope;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.leakyRelu(x, slope);
    }
}
