package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x · min(max(x + 3, 0), 6) / 6: {@code torch.nn.Hardswish}. */
public final class Hardswish extends TypedLayer<Hardswish> {

    /** The layer, which has no parameters. */
    public Hardswish() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.hardswish(in));
    }
}
