package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** max(x, 0): {@code torch.nn.ReLU}. */
public final class ReLU extends Layer {

    /** The layer, which has no parameters. */
    public ReLU() {}

    @Override
    public Tensor forward(Tensor x) {
        return x.relu();
    }
}
