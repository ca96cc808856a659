package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** x - tanh(x): {@code torch.nn.Tanhshrink}. */
public final class Tanhshrink extends TypedLayer<Tanhshrink> {

    /** The layer, which has no parameters. */
    public Tanhshrink() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> in.tanh().into(in::sub));
    }
}
