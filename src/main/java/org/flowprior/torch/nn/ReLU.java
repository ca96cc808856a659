package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** max(x, 0): {@code torch.nn.ReLU}. */
public final class ReLU extends TypedLayer<ReLU> {

    private final boolean inplace;

    /** Into a new tensor. */
    public ReLU() {
        this(false);
    }

    /** Into a new tensor or, to save memory, into x itself. */
    public ReLU(boolean inplace) {
        this.inplace = inplace;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> inplace ? in.relu_() : in.relu());
    }

    @Override
    protected String extraRepr() {
        return inplace ? "inplace=True" : "";
    }
}
