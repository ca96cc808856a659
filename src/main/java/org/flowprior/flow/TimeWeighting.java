package org.flowprior.flow;

import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The weight of each time in the alignment loss. */
public enum TimeWeighting {

    /** The same weight for all times: Eq. 5, the paper's. */
    UNIFORM,

    /**
     * Weight t/(1 - t) up to t = 1 - ε: with it the squared residuals of the field that minimises Eq. 3 integrate to
     * the negative log-likelihood, see {@link LikelihoodIdentity}. Not in the paper.
     */
    LIKELIHOOD;

    private static final int NEWTON_STEPS = 5;

    /**
     * Returns times with the density of the weights, from uniform ones in [0, 1). Inverts the cumulated weight: with
     * q = -ln(1 - t) it is q - 1 + exp(-q), convex, and the steps of Newton's method approach the root from above.
     */
    Tensor times(Tensor uniform, double truncation) {
        if (this == UNIFORM) {
            return uniform;
        }
        Tensor cumulated = uniform.to(DType.FLOAT64).mul(total(truncation)).clampMin(1e-12);
        Tensor q = cumulated.add(cumulated.mul(2).sqrt());
        for (int i = 0; i < NEWTON_STEPS; i++) {
            Tensor rest = q.neg().expm1();
            q = q.add(q.add(rest).sub(cumulated).div(rest));
        }
        return q.neg().expm1().neg().clampMax(1 - truncation).to(uniform.dtype());
    }

    /** Returns the weights of times. */
    Tensor weights(Tensor t, double truncation) {
        return this == UNIFORM ? Torch.onesLike(t)
                : Torch.where(t.le(1 - truncation), t.div(t.neg().add(1)), 0.0);
    }

    /** Returns the integral of the weights. */
    double total(double truncation) {
        return this == UNIFORM ? 1 : truncation - 1 - Math.log(truncation);
    }
}
