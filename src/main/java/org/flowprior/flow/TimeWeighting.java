package org.flowprior.flow;

import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** How much each time counts in the alignment loss. */
public enum TimeWeighting {

    /** All times alike: Eq. 5, the paper's. */
    UNIFORM {
        @Override
        Tensor times(Tensor uniform, double truncation) {
            return uniform;
        }

        @Override
        Tensor weights(Tensor t, double truncation) {
            return Torch.onesLike(t);
        }

        @Override
        double total(double truncation) {
            return 1;
        }
    },

    /**
     * Time t counts t/(1 &minus; t), up to t = 1 &minus; &epsilon;: with it the squared residuals of the field that
     * minimises Eq. 3 integrate to the negative log-likelihood, see {@link LikelihoodIdentity}. Not in the paper.
     */
    LIKELIHOOD {
        /**
         * Inverts the cumulated weight: with q = &minus;ln(1 &minus; t) it is q &minus; 1 + exp(&minus;q), convex, and
         * the steps of Newton's method come down to the root from above.
         */
        @Override
        Tensor times(Tensor uniform, double truncation) {
            Tensor cumulated = uniform.to(DType.FLOAT64).mul(total(truncation)).clampMin(1e-12);
            Tensor q = cumulated.add(cumulated.mul(2).sqrt());
            for (int i = 0; i < NEWTON_STEPS; i++) {
                Tensor rest = q.neg().expm1();
                q = q.add(q.add(rest).sub(cumulated).div(rest));
            }
            return q.neg().expm1().neg().clampMax(1 - truncation).to(uniform.dtype());
        }

        @Override
        Tensor weights(Tensor t, double truncation) {
            return Torch.where(t.le(1 - truncation), t.div(t.neg().add(1)), 0.0);
        }

        @Override
        double total(double truncation) {
            return truncation - 1 - Math.log(truncation);
        }
    };

    private static final int NEWTON_STEPS = 5;

    /** Times with the density of the weights, from uniform ones in [0, 1). */
    abstract Tensor times(Tensor uniform, double truncation);

    /** The weights themselves. */
    abstract Tensor weights(Tensor t, double truncation);

    /** The integral of the weights. */
    abstract double total(double truncation);
}
