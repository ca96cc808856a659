package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x · tanh(ln(1 + exp(x))): {@code torch.nn.Mish}. */
public final class Mish extends TypedLayer<Mish> {

    /** The layer, which has no parameters. */
    public Mish() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.mish(in));
    }
}
