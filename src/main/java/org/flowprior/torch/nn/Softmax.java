package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** exp(x) divided by its sum over a dimension: {@code torch.nn.Softmax}. */
public final class Softmax extends TypedLayer<Softmax> {

    private final long dim;

    /** With PyTorch's arguments. */
    public Softmax(long dim) {
        this.dim = dim;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> in.softmax(dim));
    }

    @Override
    protected String extraRepr() {
        return "dim=" + dim;
    }
}
