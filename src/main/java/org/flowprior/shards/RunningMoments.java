package org.flowprior.shards;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.flowprior.torch.Results;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Computes mean, variance, minimum and maximum of each dimension over rows that come block by block, in float64. Blocks
 * are merged as in Chan, Golub and LeVeque 1979, without a difference of large sums.
 *
 * <p>Rows may be means of Gaussians with variances: deviations are then those of rows drawn from them, with the
 * variance of the means plus the mean of the variances. All deviations are unbiased, as {@code torch.std} gives them.
 */
public final class RunningMoments {

    private final int dimension;
    private final double[] mean;
    private final double[] squares;
    private final double[] noise;
    private final double[] low;
    private final double[] high;
    private long count;

    /** Begins without rows; each will have {@code dimension} numbers. */
    public RunningMoments(int dimension) {
        this.dimension = dimension;
        mean = new double[dimension];
        squares = new double[dimension];
        noise = new double[dimension];
        low = new double[dimension];
        high = new double[dimension];
        Arrays.fill(low, Double.POSITIVE_INFINITY);
        Arrays.fill(high, Double.NEGATIVE_INFINITY);
    }

    /** Returns the number of rows. */
    public long count() {
        return count;
    }

    /** Returns the mean of each dimension. */
    public double[] mean() {
        return mean.clone();
    }

    /** Returns the sum over the dimensions of the variances of the rows, without their noise. */
    public double totalVariance() {
        return Arrays.stream(squares).sum() / (count - 1);
    }

    /** Adds rows, float64 [n, D], and the variances of their noise, float64 [n, D], or null for rows without noise. */
    public void add(Tensor rows, Tensor variances) {
        try (Scope scope = Scope.open()) {
            long n = rows.size(0);
            Tensor blockMean = rows.mean(0);
            merge(n, blockMean.toDoubleArray(), rows.sub(blockMean).square_().sum(0).toDoubleArray());
            Results.MinMax ends = rows.aminmax(0L);
            double[] least = ends.min().toDoubleArray();
            double[] most = ends.max().toDoubleArray();
            double[] added = variances == null ? new double[dimension] : variances.sum(0).toDoubleArray();
            for (int d = 0; d < dimension; d++) {
                low[d] = Math.min(low[d], least[d]);
                high[d] = Math.max(high[d], most[d]);
                noise[d] += added[d];
            }
        }
    }

    private void merge(long n, double[] otherMean, double[] otherSquares) {
        double total = count + n;
        for (int d = 0; d < dimension; d++) {
            double delta = otherMean[d] - mean[d];
            mean[d] += delta * n / total;
            squares[d] += otherSquares[d] + delta * delta * (count * n / total);
        }
        count += n;
    }

    /** Returns the standard deviation of each dimension. */
    public double[] deviations() {
        return IntStream.range(0, dimension)
                .mapToDouble(d -> Math.sqrt(squares[d] / Math.max(1, count - 1) + noise[d] / count)).toArray();
    }

    /** Returns the mean of all numbers. */
    public double pooledMean() {
        return Arrays.stream(mean).sum() / dimension;
    }

    /** Returns the standard deviation of all numbers around their common mean. */
    public double pooledDeviation() {
        double pooledMean = pooledMean();
        double pooled = 0;
        for (int d = 0; d < dimension; d++) {
            double offset = mean[d] - pooledMean;
            pooled += squares[d] + noise[d] + count * offset * offset;
        }
        return Math.sqrt(pooled / Math.max(1, (double) count * dimension - 1));
    }

    /** Returns the smallest number. */
    public double minimum() {
        return Arrays.stream(low).min().getAsDouble();
    }

    /** Returns the largest number. */
    public double maximum() {
        return Arrays.stream(high).max().getAsDouble();
    }

    /** Returns whether all rows are equal in a dimension, with noise of a variance of at most {@code floor}. */
    public boolean isConstant(int d, double floor) {
        return low[d] == high[d] && noise[d] / count <= floor;
    }

    /** Returns whether all numbers are equal and without noise. */
    public boolean isSingleNumber() {
        return minimum() == maximum() && Arrays.stream(noise).sum() == 0;
    }
}
