package org.flowprior.target;

import org.flowprior.torch.Tensor;

/**
 * Exponentials of logits beside their largest. Those below 1e-34 of it count as that: they change no digit of a sum,
 * and the exponential is up to a hundred times slower where its result is denormal or underflows.
 */
final class Shares {

    private static final double NOTHING = -80;

    private Shares() {}

    /** The softmax over the last dimension. */
    static Tensor softmax(Tensor logits) {
        return logits.sub(logits.detach().amax(-1, true)).clampMin(NOTHING).softmax(-1);
    }

    /** The logarithm of the sum of exponentials over the last dimension. */
    static Tensor logSumExp(Tensor logits) {
        Tensor top = logits.detach().amax(-1, true);
        return logits.sub(top).clampMin(NOTHING).exp().sum(-1).log().add(top.squeeze(-1));
    }

    /** The same of logits that are given up for it. */
    static Tensor logSumExp_(Tensor logits) {
        Tensor top = logits.amax(-1, true);
        return logits.sub_(top).clampMin_(NOTHING).exp_().sum(-1).log_().add_(top.squeeze(-1));
    }
}
