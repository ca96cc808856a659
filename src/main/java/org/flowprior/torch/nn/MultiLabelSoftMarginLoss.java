package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The mean over classes of the binary cross entropy of logits: {@code torch.nn.MultiLabelSoftMarginLoss}. Input and
 * target are [..., classes].
 */
public final class MultiLabelSoftMarginLoss extends Loss<MultiLabelSoftMarginLoss> {

    private final Tensor weight;

    /** With PyTorch's defaults. */
    public MultiLabelSoftMarginLoss() {
        this(null, Reduction.MEAN);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param weight a factor of each class, [classes], or null; becomes the buffer {@code weight}
     */
    public MultiLabelSoftMarginLoss(Tensor weight, Reduction reduction) {
        super(reduction);
        this.weight = weightBuffer("weight", weight);
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Scope.returning(() -> {
            Tensor all = Functional.binaryCrossEntropyWithLogits(input, target, weight, null, Reduction.NONE).mean(-1);
            return reduction == Reduction.NONE ? all : reduction == Reduction.SUM ? all.sum() : all.mean();
        });
    }
}
