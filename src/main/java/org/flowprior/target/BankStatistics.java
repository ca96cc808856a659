package org.flowprior.target;

import java.util.stream.IntStream;
import org.flowprior.shards.RunningMoments;

/**
 * Statistics of a bank's rows, computed in float64 when it was written. Deviations are unbiased, as {@code torch.std}.
 * For a Gaussian bank they are those of drawn rows: variance of the means plus mean of the variances.
 *
 * @param mean               mean of each dimension, [D]
 * @param std                deviation of each dimension, [D]
 * @param pooledMean         mean of all numbers
 * @param pooledStd          deviation of all numbers around their common mean
 * @param constantDimensions positions, ascending, of the dimensions in which all rows are equal
 */
public record BankStatistics(double[] mean, double[] std, double pooledMean, double pooledStd,
        int[] constantDimensions) {

    /** Makes them of at least two rows. A dimension is constant if its noise variance is at most {@code floor}. */
    static BankStatistics of(RunningMoments moments, double floor) {
        double[] std = moments.deviations();
        for (int d = 0; d < std.length; d++) {
            std[d] = moments.isConstant(d, 0) ? 0 : std[d];
        }
        int[] constant = IntStream.range(0, std.length).filter(d -> moments.isConstant(d, floor)).toArray();
        return new BankStatistics(moments.mean(), std, moments.pooledMean(),
                moments.isSingleNumber() ? 0 : moments.pooledDeviation(), constant);
    }
}
