package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** ln(1 / (1 + exp(-x))): {@code torch.nn.LogSigmoid}. */
public final class LogSigmoid extends TypedLayer<LogSigmoid> {

    /** The layer, which has no parameters. */
    public LogSigmoid() {}

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.logSigmoid(in));
    }
}
