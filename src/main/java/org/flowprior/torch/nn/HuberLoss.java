package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * Half the square of the difference where it is below δ, else δ times its absolute value minus δ² / 2: {@code
 * torch.nn.HuberLoss}. Input and target have one shape.
 */
public final class HuberLoss extends Loss<HuberLoss> {

    private final double delta;

    /** With PyTorch's defaults. */
    public HuberLoss() {
        this(Reduction.MEAN, 1);
    }

    /** With PyTorch's arguments. */
    public HuberLoss(Reduction reduction, double delta) {
        super(reduction);
        this.delta = delta;
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.huberLoss(input, target, reduction, delta);
    }
}
