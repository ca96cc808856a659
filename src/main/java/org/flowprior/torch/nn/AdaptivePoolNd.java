package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** What the pools to a fixed output size share. */
abstract class AdaptivePoolNd<S extends AdaptivePoolNd<S>> extends TypedLayer<S> {

    private final long[] given;
    final long[] outputSize;

    AdaptivePoolNd(int dims, long[] outputSize) {
        this.given = outputSize.clone();
        this.outputSize = Sizes.of(dims, outputSize);
    }

    @Override
    public final Tensor forward(Tensor x) {
        return hooked(x, this::pooled);
    }

    abstract Tensor pooled(Tensor x);

    @Override
    protected final String extraRepr() {
        return "output_size=" + Python.numbers(given);
    }
}
