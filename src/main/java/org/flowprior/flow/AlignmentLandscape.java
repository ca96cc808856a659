package org.flowprior.flow;

import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Estimates L_align (Eq. 5, squared norm) at single points: the landscape of Figure 3 (b). Averages over evenly spaced
 * times, with fresh noise for each point and time.
 *
 * @param from  the first time
 * @param to    the last time
 * @param times number of times
 * @param draws draws of noise for each time
 */
public record AlignmentLandscape(double from, double to, int times, int draws) {

    /**
     * The official estimator: 20 times from 0.1 to 0.9, one draw each. The cut ends bias it: at the mean of a Gaussian
     * with &sigma; = 0.3 it expects 0.366 where Eq. 5 is 0.471.
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
     * The estimate at each point.
     *
     * @param points    [M, D]
     * @param generator draws the noise, time by time; null for the device's default generator
     * @return [M], without gradients
     */
    public Tensor at(VelocityField field, Tensor points, Generator generator) {
        try (NoGrad noGrad = new NoGrad()) {
            long[] rows = {points.size(0)};
            Tensor sum = Torch.zeros(rows, points.dtype(), points.device());
            for (int i = 0; i < times; i++) {
                double time = times == 1 ? from : from + (to - from) * i / (times - 1);
                for (int k = 0; k < draws; k++) {
                    addSquaredNorms(sum, field, points, time, generator);
                }
            }
            return sum.div_(times * draws);
        }
    }

    /**
     * L_align without estimator, by quadrature over all times and noises: for two or three dimensions, see
     * {@link EvidenceLowerBound#byQuadrature}.
     *
     * @param points     [M, D]
     * @param timeNodes  in each of the four panels of time
     * @param noiseNodes along each axis; the field is evaluated 4 timeNodes noiseNodes^D times for each point
     * @return [M], without gradients
     */
    public static Tensor byQuadrature(VelocityField field, Tensor points, int timeNodes, int noiseNodes) {
        return Scope.returning(() -> new PathQuadrature(timeNodes, noiseNodes)
                .integrate(points, 1,
                        path -> field.velocity(path.points(), path.t()).sub(path.velocity()).square().sum(1, true))
                .squeeze(1));
    }

    private static void addSquaredNorms(Tensor sum, VelocityField field, Tensor points, double time,
            Generator generator) {
        try (Scope scope = Scope.open()) {
            DType timeType = points.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            Tensor t = Torch.full(new long[] {points.size(0)}, time, timeType, points.device());
            Tensor noise = Torch.randn(points.shape(), generator, points.dtype(), points.device());
            FlowPath path = new FlowPath(points, noise, t);
            Tensor residual = field.velocity(path.points(), t).sub(path.velocity());
            sum.add_(residual.square().sum(1));
        }
    }
}
