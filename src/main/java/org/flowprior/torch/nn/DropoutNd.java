package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** What the dropouts share: a probability, and no effect in evaluation. */
abstract class DropoutNd<S extends DropoutNd<S>> extends TypedLayer<S> {

    private final double p;

    DropoutNd(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("a dropout probability must be in [0, 1], not " + p);
        }
        this.p = p;
    }

    @Override
    public final Tensor forward(Tensor x) {
        return hooked(x, in -> drop(in, p, isTraining()));
    }

    abstract Tensor drop(Tensor x, double probability, boolean training);

    @Override
    protected final String extraRepr() {
        return "p=" + Python.repr(p) + ", inplace=False";
    }
}
