package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x if positive, else α (exp(x) - 1): {@code torch.nn.ELU}. */
public final class ELU extends TypedLayer<ELU> {

    private final double alpha;

    /** With PyTorch's defaults. */
    public ELU() {
        this(1);
    }

    /** With PyTorch's arguments. */
    public ELU(double alpha) {
        this.alpha = alpha;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.elu(in, alpha));
    }

    @Override
    protected String extraRepr() {
        return "alpha=" + Python.repr(alpha);
    }
}
