package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** Splits one dimension into several: {@code torch.nn.Unflatten}. */
public final class Unflatten extends TypedLayer<Unflatten> {

    private final long dim;
    private final long[] sizes;

    /** Splits this dimension into these sizes, of which one may be -1. */
    public Unflatten(long dim, long... sizes) {
        this.dim = dim;
        this.sizes = sizes.clone();
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> in.unflatten(dim, sizes));
    }

    @Override
    protected String extraRepr() {
        return "dim=" + dim + ", unflattened_size=" + Python.tuple(sizes);
    }
}
