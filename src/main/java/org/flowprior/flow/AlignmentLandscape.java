package org.flowprior.flow;

import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Estimates L_align (Eq. 5, squared norm) at single points: the landscape of Figure 3 (b). Averages over evenly spaced
 * times, with new noise for each point and time.
 *
 * @param from  the first time
 * @param to    the last time
 * @param times number of times
 * @param draws draws of noise for each time
 */
public record AlignmentLandscape(double from, double to, int times, int draws) {

    /**
     * The official estimator: 20 times from 0.1 to 0.9, one draw each. Leaving out the ends biases it: at the mean of a
     * Gaussian with σ = 0.3 it expects 0.366 where Eq. 5 is 0.471.
     */
    public static final AlignmentLandscape OFFICIAL = new AlignmentLandscape(0.1, 0.9, 20, 1);

    /** Throws {@link IllegalArgumentException} for times outside [0, 1] and for counts below 1. */
    public AlignmentLandscape {
        if (!(0 <= from && from <= to && to <= 1) || times < 1 || draws < 1) {
            throw new IllegalArgumentException("a landscape needs 0 <= from <= to <= 1, times >= 1 and draws >= 1, not "
                    + from + ", " + to + ", " + times + ", " + draws);
        }
    }

    /**
     * Returns the estimate at each point.
     *
     * @param points    [M, D]
     * @param generator draws the noise, time by time; null for the device's default generator
     * @return [M], without gradients
     */
    public Tensor at(VelocityField field, Tensor points, Generator generator) {
        try (NoGrad noGrad = new NoGrad()) {
            long[] rows = {points.size(0)};
            Tensor sum = Torch.zeros(rows, points.dtype(), points.device());
            for (int i = 0; i < times * draws; i++) {
                double time = times == 1 ? from : from + (to - from) * (i / draws) / (times - 1);
                try (Scope scope = Scope.open()) {
                    Tensor t = Torch.full(rows, time, FlowPath.timeType(points.dtype()), points.device());
                    Tensor noise = Torch.randn(points.shape(), generator, points.dtype(), points.device());
                    sum.add_(squares(field, new FlowPath(points, noise, t)).sum(1));
                }
            }
            return sum.div_(times * draws);
        }
    }

    /**
     * Returns L_align exactly, by quadrature over all times and noises: for two or three dimensions, see
     * {@link EvidenceLowerBound#byQuadrature}.
     *
     * @param points     [M, D]
     * @param timeNodes  in each of the four panels of time
     * @param noiseNodes along each axis; the field is evaluated 4 timeNodes noiseNodes^D times for each point
     * @return [M], without gradients
     */
    public static Tensor byQuadrature(VelocityField field, Tensor points, int timeNodes, int noiseNodes) {
        PathQuadrature quadrature = new PathQuadrature(timeNodes, noiseNodes);
        return Scope.returning(
                () -> quadrature.integrate(points, 1, path -> squares(field, path).sum(1, true)).squeeze(1));
    }

    private static Tensor squares(VelocityField field, FlowPath path) {
        return field.velocity(path.points(), path.t()).sub(path.velocity()).square();
    }
}
