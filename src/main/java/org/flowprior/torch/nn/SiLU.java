package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x · sigmoid(x): {@code torch.nn.SiLU}. */
public final class SiLU extends TypedLayer<SiLU> {

    /** The layer, which has no parameters. */
    public SiLU() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.silu(in));
    }
}
