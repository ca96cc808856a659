package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x if positive, else slope · x: {@code torch.nn.LeakyReLU}. */
public final class LeakyReLU extends TypedLayer<LeakyReLU> {

    private final double slope;

    /** With PyTorch's slope of 0.01. */
    public LeakyReLU() {
        this(0.01);
    }

    /** With this slope for negative x; PyTorch's default is 0.01. */
    public LeakyReLU(double slope) {
        this.slope = slope;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.leakyRelu(in, slope));
    }

    @Override
    protected String extraRepr() {
        return "negative_slope=" + Python.repr(slope);
    }
}
