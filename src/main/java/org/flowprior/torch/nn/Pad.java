package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** What the padding layers share. */
abstract class Pad<S extends Pad<S>> extends TypedLayer<S> {

    private final long[] padding;
    private final String mode;
    private final Double value;

    /** With one padding for all sides, or one for each side, the last dimension's first. */
    Pad(int dims, String mode, Double value, long... padding) {
        this.padding = Sizes.of(2 * dims, padding);
        this.mode = mode;
        this.value = value;
    }

    @Override
    public final Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.pad(in, padding, mode, value));
    }

    @Override
    protected String extraRepr() {
        return Python.tuple(padding);
    }
}
