package org.flowprior.target;

import java.util.Arrays;
import java.util.List;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Isotropic Gaussians with weights: formulas that mixtures and noisy curves share, for a block of rows at a time. */
final class GaussianNodes {

    private final int dimension;
    private final int count;
    /** [D, K], so that tensors of points and nodes have the nodes innermost. */
    private final double[] means;
    /** One number if all are equal. */
    private final double[] variances;
    private final double[] logWeights;

    /**
     * Creates the nodes.
     *
     * @param means   [K, D]
     * @param sigmas  standard deviations, [K]
     * @param weights sum to 1, [K]
     */
    GaussianNodes(double[][] means, double[] sigmas, double[] weights) {
        this.dimension = means[0].length;
        this.count = means.length;
        this.means = new double[dimension * count];
        for (int k = 0; k < count; k++) {
            for (int d = 0; d < dimension; d++) {
                this.means[d * count + k] = means[k][d];
            }
        }
        this.variances = oneIfEqual(Arrays.stream(sigmas).map(s -> s * s).toArray());
        this.logWeights = oneIfEqual(Arrays.stream(weights).map(Math::log).toArray());
    }

    private static double[] oneIfEqual(double[] numbers) {
        return Arrays.stream(numbers).allMatch(n -> n == numbers[0]) ? new double[] {numbers[0]} : numbers;
    }

    private static Tensor placed(double[] numbers, Tensor like) {
        return Tensor.of(numbers).to(like.dtype(), like.device());
    }

    private Tensor meansLike(Tensor x) {
        return placed(means, x).view(dimension, count);
    }

    /** Returns &minus;log of the density, [N], for x [N, D]. */
    Tensor negativeLogLikelihood(Tensor x) {
        return RowBlocks.map(rows -> {
            Tensor variance = placed(variances, rows);
            Tensor bias = placed(logWeights, rows).sub(variance.mul(2 * Math.PI).log().mul(0.5 * dimension));
            Tensor square = rows.unsqueeze(2).sub(meansLike(rows)).square().sum(1);
            return ClampedSoftmax.logSumExp(bias.addcmul(square, variance.reciprocal().mul(-0.5))).neg();
        }, means.length, x);
    }

    /** Returns the optimal flow at x [N, D] and t [N]. */
    OptimalFlow flow(Tensor x, Tensor t) {
        return OptimalFlow.of((rows, times) -> new Posterior(rows, times).velocityAndTrace(), means.length, x, t);
    }

    /** Returns the optimal velocity at x [N, D] and t [N]. */
    Tensor velocity(Tensor x, Tensor t) {
        return RowBlocks.map((rows, times) -> new Posterior(rows, times).velocity(), means.length, x, t);
    }

    /** Returns the distances to the nodes, [N, K]. */
    Tensor distances(Tensor x) {
        return x.detach().unsqueeze(2).sub(meansLike(x)).square_().sum(1).sqrt_();
    }

    /** The probabilities of the nodes, given x at time t: {@code share}, from S = {@code spread} and the offsets. */
    private final class Posterior {

        private final Tensor x;
        private final Tensor mean;
        private final Tensor rest;
        /** [N, K], or [N, 1] for equal nodes; {@link #slope} too. */
        private final Tensor spread;
        private final Tensor slope;
        private final Tensor offset;
        private final Tensor share;

        Posterior(Tensor x, Tensor t) {
            this.x = x;
            this.mean = meansLike(x);
            Tensor variance = placed(variances, x);
            Tensor time = t.to(x.dtype()).unsqueeze(1);
            this.rest = time.neg().add(1);
            this.spread = rest.square().add(time.square().mul(variance));
            this.slope = time.mul(variance).sub(rest).div(spread);
            this.offset = x.unsqueeze(2).addcmul(time.unsqueeze(2), mean, -1);
            Tensor bias = placed(logWeights, x);
            if (variances.length > 1) {
                bias = bias.sub(spread.log().mul(0.5 * dimension));
            }
            this.share = ClampedSoftmax.softmax(bias.addcmul(offset.square().sum(1), spread.reciprocal().mul(-0.5)));
        }

        /** Returns the mean over the nodes of (1-t)/S mean + slope x, which equals mean + slope offset. */
        Tensor velocity() {
            if (variances.length == 1) {
                return share.unsqueeze(1).mul(mean).sum(2).mul(rest.div(spread)).addcmul(x, slope);
            }
            Tensor drawn = share.mul(rest.div(spread)).unsqueeze(1).mul(mean).sum(2);
            return drawn.addcmul(x, share.mul(slope).sum(1, true));
        }

        Tensor velocityAndTrace() {
            Tensor shares = share.unsqueeze(1);
            Tensor pull = offset.div(spread.unsqueeze(1));
            Tensor velocities = mean.addcmul(slope.unsqueeze(1), offset);
            Tensor change = pull.sub(shares.mul(pull).sum(2, true)).mul(velocities).sum(1);
            Tensor trace = share.mul(slope.mul(dimension).sub(change)).sum(1, true);
            return Torch.cat(List.of(velocity(), trace), 1);
        }
    }
}
