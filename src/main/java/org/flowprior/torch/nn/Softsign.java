package org.flowprior.torch.nn;

import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** x / (1 + |x|): {@code torch.nn.Softsign}. */
public final class Softsign extends TypedLayer<Softsign> {

    /** The layer, which has no parameters. */
    public Softsign() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Scope.returning(() -> in.div(in.abs().add(1))));
    }
}
