package org.flowprior.train.toy;

import java.util.Arrays;
import org.flowprior.target.Density;
import org.flowprior.target.TargetDistribution;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Measures how points lie over the target, beside samples of it. */
final class Spread {

    private final TargetDistribution target;
    private final Density normalized;
    private final double withinMode;
    private final double toSkeleton;
    private final double median;

    /** With these samples for comparison, float32 [N, 2]. */
    Spread(TargetDistribution target, Tensor data) {
        this.target = target;
        normalized = target.normalized();
        withinMode = withinMode(data);
        toSkeleton = toSkeleton(data);
        median = median(data);
    }

    /** The measures of the points, float32 [N, 2]. */
    ToyReport.Spread of(Tensor points) {
        try (Scope scope = Scope.open()) {
            return new ToyReport.Spread(target.negativeLogLikelihood(points).mean().item(),
                    withinMode(points) / withinMode, toSkeleton(points) / toSkeleton, median(points) / median,
                    Measurement.perMode(normalized, points));
        }
    }

    /** The deviation of a coordinate around the centroid of the points of the same mode. */
    private double withinMode(Tensor points) {
        double[] pairs = points.toDoubleArray();
        long[] modes;
        try (Scope scope = Scope.open()) {
            modes = normalized.nearestMode(points).toLongArray();
        }
        double[][] sums = new double[normalized.modes()][3];
        for (int i = 0; i < modes.length; i++) {
            double[] sum = sums[(int) modes[i]];
            sum[0] += pairs[2 * i];
            sum[1] += pairs[2 * i + 1];
            sum[2]++;
        }
        double squares = 0;
        for (int i = 0; i < modes.length; i++) {
            double[] sum = sums[(int) modes[i]];
            squares += Math.pow(pairs[2 * i] - sum[0] / sum[2], 2) + Math.pow(pairs[2 * i + 1] - sum[1] / sum[2], 2);
        }
        long reached = Arrays.stream(sums).filter(sum -> sum[2] > 0).count();
        return Math.sqrt(squares / (2 * Math.max(1, modes.length - reached)));
    }

    private double toSkeleton(Tensor points) {
        try (Scope scope = Scope.open()) {
            return Math.sqrt(normalized.distance(points).square().mean().item());
        }
    }

    private double median(Tensor points) {
        try (Scope scope = Scope.open()) {
            return normalized.distance(points).median().item();
        }
    }
}
