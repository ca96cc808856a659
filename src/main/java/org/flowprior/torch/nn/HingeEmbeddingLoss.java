package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * Input where the target is 1, max(0, margin - input) where it is -1: {@code torch.nn.HingeEmbeddingLoss}. Input
 * and target have one shape.
 */
public final class HingeEmbeddingLoss extends Loss<HingeEmbeddingLoss> {

    private final double margin;

    /** With PyTorch's defaults. */
    public HingeEmbeddingLoss() {
        this(1, Reduction.MEAN);
    }

    /** With PyTorch's arguments. */
    public HingeEmbeddingLoss(double margin, Reduction reduction) {
        super(reduction);
        this.margin = margin;
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.hingeEmbeddingLoss(input, target, margin, reduction);
    }
}
