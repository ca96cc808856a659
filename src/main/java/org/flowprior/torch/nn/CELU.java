package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x if positive, else α (exp(x / α) - 1): {@code torch.nn.CELU}. */
public final class CELU extends TypedLayer<CELU> {

    private final double alpha;

    /** With PyTorch's defaults. */
    public CELU() {
        this(1);
    }

    /** With PyTorch's arguments. */
    public CELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.celu(in, alpha));
    }

    @Override
    protected String extraRepr() {
        return "alpha=" + Python.repr(alpha);
    }
}
