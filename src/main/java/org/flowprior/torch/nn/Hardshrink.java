package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** x, and 0 if |x| is at most λ: {@code torch.nn.Hardshrink}. */
public final class Hardshrink extends TypedLayer<Hardshrink> {

    private final double lambda;

    /** With PyTorch's defaults. */
    public Hardshrink() {
        this(0.5);
    }

    /** With PyTorch's arguments. */
    public Hardshrink(double lambda) {
        this.lambda = lambda;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> in.hardshrink(lambda));
    }

    @Override
    protected String extraRepr() {
        return Python.repr(lambda);
    }
}
