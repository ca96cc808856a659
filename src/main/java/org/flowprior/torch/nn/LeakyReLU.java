package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x where positive, slope · x elsewhere: {@code torch.nn.LeakyReLU}. */
public final class LeakyReLU extends Layer {

    private final double slope;

    /** With that slope; PyTorch's default is 0.01. */
    public LeakyReLU(double slope) {
        this.slope = slope;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.leakyRelu(x, slope);
    }
}
