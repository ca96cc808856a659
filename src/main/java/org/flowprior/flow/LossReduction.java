package org.flowprior.flow;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/** How a {@link VelocityLoss} reduces the squared differences of velocities. */
public enum LossReduction {

    /** The squares themselves, [N, D]. */
    NONE,
    /**
     * The mean over rows and channels, as in the official code: 1/D of the paper's. Published weights assume it.
     */
    MEAN,
    /** The sum over channels, averaged over rows: the squared norm of Eq. 3 and 5, to compare with likelihoods. */
    SQUARED_NORM;

    Tensor of(Tensor velocity, Tensor target) {
        return switch (this) {
            case NONE -> Functional.mseLoss(velocity, target, Reduction.NONE);
            case MEAN -> Functional.mseLoss(velocity, target, Reduction.MEAN);
            case SQUARED_NORM -> Functional.mseLoss(velocity, target, Reduction.SUM).div(target.size(0));
        };
    }
}
