package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * The binary cross entropy of probabilities: {@code torch.nn.BCELoss}. Input and target have one shape. Both are
 * in [0, 1].
 */
public final class BCELoss extends Loss<BCELoss> {

    private final Tensor weight;

    /** With PyTorch's defaults. */
    public BCELoss() {
        this(null, Reduction.MEAN);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param weight a factor of each element, or null; becomes the buffer {@code weight}
     */
    public BCELoss(Tensor weight, Reduction reduction) {
        super(reduction);
        this.weight = weightBuffer("weight", weight);
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.binaryCrossEntropy(input, target, weight, reduction);
    }
}
