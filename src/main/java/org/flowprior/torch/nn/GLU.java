package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The first half of a dimension times the sigmoid of the second: {@code torch.nn.GLU}. */
public final class GLU extends TypedLayer<GLU> {

    private final long dim;

    /** With PyTorch's defaults. */
    public GLU() {
        this(-1);
    }

    /** With PyTorch's arguments. */
    public GLU(long dim) {
        this.dim = dim;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.glu(in, dim));
    }

    @Override
    protected String extraRepr() {
        return "dim=" + dim;
    }
}
