package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** min(max(x, 0), 6): {@code torch.nn.ReLU6}. */
public final class ReLU6 extends TypedLayer<ReLU6> {

    /** The layer, which has no parameters. */
    public ReLU6() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, Functional::relu6);
    }
}
