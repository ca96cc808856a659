package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * The hinge of the distance of each class to the target class: {@code torch.nn.MultiMarginLoss}. Input is
 * [batch, classes]; target is classes, int64 [batch].
 */
public final class MultiMarginLoss extends Loss<MultiMarginLoss> {

    private final long p;
    private final double margin;
    private final Tensor weight;

    /** With PyTorch's defaults. */
    public MultiMarginLoss() {
        this(1, 1, null, Reduction.MEAN);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param p the exponent, 1 or 2
     * @param weight a factor of each class, [classes], or null; becomes the buffer {@code weight}
     */
    public MultiMarginLoss(long p, double margin, Tensor weight, Reduction reduction) {
        super(reduction);
        this.p = p;
        this.margin = margin;
        this.weight = weightBuffer("weight", weight);
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.multiMarginLoss(input, target, p, margin, weight, reduction);
    }
}
