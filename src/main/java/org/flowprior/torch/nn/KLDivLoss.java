package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * The Kullback-Leibler divergence, target · (ln target - input): {@code torch.nn.KLDivLoss}. Input is
 * logarithms; input and target have one shape. For the divergence itself use {@link #batchMean}.
 */
public final class KLDivLoss extends Loss<KLDivLoss> {

    private final boolean logTarget;
    private final boolean batchMean;

    /** With PyTorch's defaults. */
    public KLDivLoss() {
        this(Reduction.MEAN, false);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param logTarget whether target is given as logarithms
     */
    public KLDivLoss(Reduction reduction, boolean logTarget) {
        this(reduction, logTarget, false);
    }

    private KLDivLoss(Reduction reduction, boolean logTarget, boolean batchMean) {
        super(reduction);
        this.logTarget = logTarget;
        this.batchMean = batchMean;
    }

    /** The sum divided by the size of the batch: PyTorch's reduction {@code batchmean}. */
    public static KLDivLoss batchMean(boolean logTarget) {
        return new KLDivLoss(Reduction.SUM, logTarget, true);
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        Tensor loss = Functional.klDiv(input, target, reduction, logTarget);
        return batchMean ? loss.into(sum -> sum.div(input.size(0))) : loss;
    }
}
