package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** 1 / (1 + exp(-x)): {@code torch.nn.Sigmoid}. */
public final class Sigmoid extends TypedLayer<Sigmoid> {

    /** The layer, which has no parameters. */
    public Sigmoid() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> in.sigmoid());
    }
}
