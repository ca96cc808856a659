package org.flowprior.target;

import org.flowprior.torch.Tensor;

/**
 * Softmax and log-sum-exp over the last dimension, with logits clamped at 80 below the largest (1e-34 of its
 * exponential). This changes no digit of a sum, and exp is up to a hundred times slower if its result is denormal or
 * underflows.
 */
final class ClampedSoftmax {

    private static final double LEAST_LOGIT = -80;

    private ClampedSoftmax() {}

    static Tensor softmax(Tensor logits) {
        return logits.sub(logits.detach().amax(-1, true)).clampMin(LEAST_LOGIT).softmax(-1);
    }

    static Tensor logSumExp(Tensor logits) {
        Tensor top = logits.detach().amax(-1, true);
        return logits.sub(top).clampMin(LEAST_LOGIT).exp().sum(-1).log().add(top.squeeze(-1));
    }

    /** Computes the same in the memory of the logits, which are lost. */
    static Tensor logSumExp_(Tensor logits) {
        Tensor top = logits.amax(-1, true);
        return logits.sub_(top).clampMin_(LEAST_LOGIT).exp_().sum(-1).log_().add_(top.squeeze(-1));
    }
}
