package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** ln(1 + exp(β x)) / β, and x itself where β x is above the threshold: {@code torch.nn.Softplus}. */
public final class Softplus extends TypedLayer<Softplus> {

    private final double beta;
    private final double threshold;

    /** With PyTorch's defaults. */
    public Softplus() {
        this(1, 20);
    }

    /** With PyTorch's arguments. */
    public Softplus(double beta, double threshold) {
        this.beta = beta;
        this.threshold = threshold;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.softplus(in, beta, threshold));
    }

    @Override
    protected String extraRepr() {
        return "beta=" + Python.repr(beta) + ", threshold=" + Python.repr(threshold);
    }
}
