package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** tanh(x): {@code torch.nn.Tanh}. */
public final class Tanh extends TypedLayer<Tanh> {

    /** The layer, which has no parameters. */
    public Tanh() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> in.tanh());
    }
}
