package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** scale · (max(x, 0) + min(α (exp(x) - 1), 0)), which keeps mean and variance: {@code torch.nn.SELU}. */
public final class SELU extends TypedLayer<SELU> {

    /** The layer, which has no parameters. */
    public SELU() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.selu(in));
    }
}
