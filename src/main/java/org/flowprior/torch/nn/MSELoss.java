package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * (input - target)²: {@code torch.nn.MSELoss}. Input and target have one shape.
 */
public final class MSELoss extends Loss<MSELoss> {

    /** With PyTorch's defaults. */
    public MSELoss() {
        this(Reduction.MEAN);
    }

    /** With PyTorch's arguments. */
    public MSELoss(Reduction reduction) {
        super(reduction);
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.mseLoss(input, target, reduction);
    }
}
