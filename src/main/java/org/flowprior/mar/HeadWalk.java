package org.flowprior.mar;

import java.util.function.IntFunction;
import org.flowprior.torch.Tensor;

/** A head's way from noise to tokens, given its network. */
sealed interface HeadWalk permits FlowWalk, DiffusionWalk {

    /** The times at which the network is evaluated, in order. */
    double[] times();

    /** The network's guided output, [n, outputs], at a time for tokens [n, C]. */
    @FunctionalInterface
    interface Evaluation {
        Tensor at(int time, Tensor x);
    }

    /** Where the walk ends, [n, C]. {@code noise}: [n, C] for draw 0, 1 &hellip;. */
    Tensor walk(Evaluation network, IntFunction<Tensor> noise);
}
