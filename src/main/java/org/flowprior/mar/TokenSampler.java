package org.flowprior.mar;

import java.util.function.IntFunction;
import org.flowprior.torch.Tensor;

/** Makes tokens from noise, given the output of the head's network at each time. */
sealed interface TokenSampler permits FlowSampler, DiffusionSampler {

    /** Returns the times at which the network is evaluated, in order. */
    double[] times();

    /** Computes the network's output, guided if there is guidance, [n, outputs], at a time for tokens [n, C]. */
    @FunctionalInterface
    interface Evaluation {
        Tensor at(int time, Tensor x);
    }

    /** Samples tokens, [n, C]. {@code noise}: [n, C] for draw 0, 1 &hellip;. */
    Tensor sample(Evaluation network, IntFunction<Tensor> noise);
}
