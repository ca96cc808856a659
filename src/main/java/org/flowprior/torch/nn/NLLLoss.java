package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * Minus the log-probability of the target class: {@code torch.nn.NLLLoss}. Input is log-probabilities
 * [batch, classes, ...] or [classes]; target is classes, int64 [batch, ...].
 */
public final class NLLLoss extends Loss<NLLLoss> {

    private final Tensor weight;
    private final long ignoreIndex;

    /** With PyTorch's defaults. */
    public NLLLoss() {
        this(null, -100, Reduction.MEAN);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param weight a factor of each class, [classes], or null; becomes the buffer {@code weight}
     * @param ignoreIndex the target that does not count
     */
    public NLLLoss(Tensor weight, long ignoreIndex, Reduction reduction) {
        super(reduction);
        this.weight = weightBuffer("weight", weight);
        this.ignoreIndex = ignoreIndex;
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.nllLossNd(input, target, weight, reduction, ignoreIndex);
    }
}
