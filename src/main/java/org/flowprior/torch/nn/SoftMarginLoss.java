package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * ln(1 + exp(-target · input)): {@code torch.nn.SoftMarginLoss}. Input and target have one shape. Targets are 1 or -1.
 */
public final class SoftMarginLoss extends Loss<SoftMarginLoss> {

    /** With PyTorch's defaults. */
    public SoftMarginLoss() {
        this(Reduction.MEAN);
    }

    /** With PyTorch's arguments. */
    public SoftMarginLoss(Reduction reduction) {
        super(reduction);
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.softMarginLoss(input, target, reduction);
    }
}
