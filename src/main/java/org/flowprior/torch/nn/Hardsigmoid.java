package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** min(max(x + 3, 0), 6) / 6: {@code torch.nn.Hardsigmoid}. */
public final class Hardsigmoid extends TypedLayer<Hardsigmoid> {

    /** The layer, which has no parameters. */
    public Hardsigmoid() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.hardsigmoid(in));
    }
}
