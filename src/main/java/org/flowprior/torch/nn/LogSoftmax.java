package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** The logarithm of {@link Softmax} over a dimension: {@code torch.nn.LogSoftmax}. */
public final class LogSoftmax extends TypedLayer<LogSoftmax> {

    private final long dim;

    /** With PyTorch's arguments. */
    public LogSoftmax(long dim) {
        this.dim = dim;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> in.logSoftmax(dim));
    }

    @Override
    protected String extraRepr() {
        return "dim=" + dim;
    }
}
