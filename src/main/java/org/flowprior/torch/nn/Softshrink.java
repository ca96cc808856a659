package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x moved towards 0 by λ, and 0 if |x| is smaller: {@code torch.nn.Softshrink}. */
public final class Softshrink extends TypedLayer<Softshrink> {

    private final double lambda;

    /** With PyTorch's defaults. */
    public Softshrink() {
        this(0.5);
    }

    /** With PyTorch's arguments. */
    public Softshrink(double lambda) {
        this.lambda = lambda;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.softshrink(in, lambda));
    }

    @Override
    protected String extraRepr() {
        return Python.repr(lambda);
    }
}
