package org.flowprior.mar;

import java.util.function.IntFunction;
import org.flowprior.torch.Tensor;

/** How a head makes tokens of noise, given its network's output at each time. */
sealed interface TokenSampler permits FlowSampler, DiffusionSampler {

    /** The times at which the network is evaluated, in order. */
    double[] times();

    /** The network's guided output, [n, outputs], at a time for tokens [n, C]. */
    @FunctionalInterface
    interface Evaluation {
        Tensor at(int time, Tensor x);
    }

    /** The tokens, [n, C]. {@code noise}: [n, C] for draw 0, 1 &hellip;. */
    Tensor sample(Evaluation network, IntFunction<Tensor> noise);
}
