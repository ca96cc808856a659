package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * The negative log-softmax of the target class: {@code torch.nn.CrossEntropyLoss}. Input is logits
 * [batch, classes, ...] or [classes]; target is classes, int64 [batch, ...], or probabilities of input's shape.
 */
public final class CrossEntropyLoss extends Loss<CrossEntropyLoss> {

    private final Tensor weight;
    private final long ignoreIndex;
    private final double labelSmoothing;

    /** With PyTorch's defaults. */
    public CrossEntropyLoss() {
        this(null);
    }

    /** With a factor of each class, [classes], or null. */
    public CrossEntropyLoss(Tensor weight) {
        this(weight, -100, Reduction.MEAN, 0);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param weight a factor of each class, [classes], or null; becomes the buffer {@code weight}
     * @param ignoreIndex the target that does not count
     * @param labelSmoothing the share of the target spread over all classes
     */
    public CrossEntropyLoss(Tensor weight, long ignoreIndex, Reduction reduction, double labelSmoothing) {
        super(reduction);
        this.weight = weightBuffer("weight", weight);
        this.ignoreIndex = ignoreIndex;
        this.labelSmoothing = labelSmoothing;
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.crossEntropyLoss(input, target, weight, reduction, ignoreIndex, labelSmoothing);
    }
}
