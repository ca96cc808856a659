package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** Joins the dimensions from one to another: {@code torch.nn.Flatten}. */
public final class Flatten extends TypedLayer<Flatten> {

    private final long startDim;
    private final long endDim;

    /** With PyTorch's defaults. */
    public Flatten() {
        this(1, -1);
    }

    /** With PyTorch's arguments. */
    public Flatten(long startDim, long endDim) {
        this.startDim = startDim;
        this.endDim = endDim;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> in.flatten(startDim, endDim));
    }

    @Override
    protected String extraRepr() {
        return "start_dim=" + startDim + ", end_dim=" + endDim;
    }
}
