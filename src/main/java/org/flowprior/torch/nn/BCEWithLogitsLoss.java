package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * The binary cross entropy of logits: {@code torch.nn.BCEWithLogitsLoss}. Input and target have one shape.
 */
public final class BCEWithLogitsLoss extends Loss<BCEWithLogitsLoss> {

    private final Tensor weight;
    private final Tensor posWeight;

    /** With PyTorch's defaults. */
    public BCEWithLogitsLoss() {
        this(null, Reduction.MEAN, null);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param weight a factor of each element, or null; becomes the buffer {@code weight}
     * @param posWeight a factor of the positive part, or null; becomes the buffer {@code pos_weight}
     */
    public BCEWithLogitsLoss(Tensor weight, Reduction reduction, Tensor posWeight) {
        super(reduction);
        this.weight = weightBuffer("weight", weight);
        this.posWeight = weightBuffer("pos_weight", posWeight);
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.binaryCrossEntropyWithLogits(input, target, weight, posWeight, reduction);
    }
}
