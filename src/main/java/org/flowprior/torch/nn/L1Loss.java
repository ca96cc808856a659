package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * |input - target|: {@code torch.nn.L1Loss}. Input and target have one shape.
 */
public final class L1Loss extends Loss<L1Loss> {

    /** With PyTorch's defaults. */
    public L1Loss() {
        this(Reduction.MEAN);
    }

    /** With PyTorch's arguments. */
    public L1Loss(Reduction reduction) {
        super(reduction);
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.l1Loss(input, target, reduction);
    }
}
