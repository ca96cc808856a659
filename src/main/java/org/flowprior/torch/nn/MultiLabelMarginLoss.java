package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * The hinge of the distances of all other classes to all target classes: {@code torch.nn.MultiLabelMarginLoss}.
 * Input is
 * [batch, classes]; target is int64 of that shape, the classes first and then -1.
 */
public final class MultiLabelMarginLoss extends Loss<MultiLabelMarginLoss> {

    /** With PyTorch's defaults. */
    public MultiLabelMarginLoss() {
        this(Reduction.MEAN);
    }

    /** With PyTorch's arguments. */
    public MultiLabelMarginLoss(Reduction reduction) {
        super(reduction);
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.multilabelMarginLoss(input, target, reduction);
    }
}
