package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * The negative log-likelihood of counts, without the terms that depend on the target alone: {@code
 * torch.nn.PoissonNLLLoss}. Input and target have one shape.
 */
public final class PoissonNLLLoss extends Loss<PoissonNLLLoss> {

    private final boolean logInput;
    private final boolean full;
    private final double eps;

    /** With PyTorch's defaults. */
    public PoissonNLLLoss() {
        this(true, false, 1e-8, Reduction.MEAN);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param logInput whether input is the logarithm of the rate
     * @param full whether Stirling's approximation of ln(target!) is added
     * @param eps added to a rate whose logarithm is taken
     */
    public PoissonNLLLoss(boolean logInput, boolean full, double eps, Reduction reduction) {
        super(reduction);
        this.logInput = logInput;
        this.full = full;
        this.eps = eps;
    }

    @Override
    Tensor loss(Tensor input, Tensor target) {
        return Functional.poissonNllLoss(input, target, logInput, full, eps, reduction.ordinal());
    }
}
