package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * Half the square of the difference divided by β where it is below β, else its absolute value minus β / 2: {@code
 * torch.nn.SmoothL1Loss}. Input and target have one shape.
 */
public final class SmoothL1Loss extends Loss<SmoothL1Loss> {

    private final double beta;

    /** With PyTorch's defaults. */
    public SmoothL1Loss() {
        this(Reduction.MEAN, 1);
    }

    /** With PyTorch's arguments. */
    public SmoothL1Loss(Reduction reduction, double beta) {
        super(reduction);
        this.beta = beta;
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.smoothL1Loss(input, target, reduction, beta);
    }
}
