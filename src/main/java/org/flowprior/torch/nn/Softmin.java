package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** exp(-x) divided by its sum over a dimension: {@code torch.nn.Softmin}. */
public final class Softmin extends TypedLayer<Softmin> {

    private final long dim;

    /** With PyTorch's arguments. */
    public Softmin(long dim) {
        this.dim = dim;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> in.neg().into(negative -> negative.softmax(dim)));
    }

    @Override
    protected String extraRepr() {
        return "dim=" + dim;
    }
}
