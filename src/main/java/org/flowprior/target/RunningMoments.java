package org.flowprior.target;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.flowprior.torch.Results;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Mean and variance of each dimension over rows that come block by block, merged as in Chan, Golub and LeVeque 1979: no
 * difference of large sums.
 */
final class RunningMoments {

    private final int dimension;
    private final double[] mean;
    private final double[] squares;
    private final double[] noise;
    private final double[] low;
    private final double[] high;
    private long count;

    RunningMoments(int dimension) {
        this.dimension = dimension;
        mean = new double[dimension];
        squares = new double[dimension];
        noise = new double[dimension];
        low = new double[dimension];
        high = new double[dimension];
        Arrays.fill(low, Double.POSITIVE_INFINITY);
        Arrays.fill(high, Double.NEGATIVE_INFINITY);
    }

    long count() {
        return count;
    }

    double[] mean() {
        return mean;
    }

    /** Sum over the dimensions of the unbiased variances. */
    double totalVariance() {
        return Arrays.stream(squares).sum() / (count - 1);
    }

    /** Takes rows, float64 [n, D], and the variances of their own noise, float64 [n, D], or null for rows without. */
    void add(Tensor rows, Tensor variances) {
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

    /** Of at least two rows. A dimension counts as constant when its noise is no more than {@code floor}. */
    BankStatistics statistics(double floor) {
        double pooledMean = Arrays.stream(mean).sum() / dimension;
        double pooled = 0;
        double[] std = new double[dimension];
        for (int d = 0; d < dimension; d++) {
            std[d] = isConstant(d, 0) ? 0 : Math.sqrt(squares[d] / (count - 1) + noise[d] / count);
            double offset = mean[d] - pooledMean;
            pooled += squares[d] + noise[d] + count * offset * offset;
        }
        int[] constant = IntStream.range(0, dimension).filter(d -> isConstant(d, floor)).toArray();
        boolean allEqual = Arrays.stream(low).min().getAsDouble() == Arrays.stream(high).max().getAsDouble()
                && Arrays.stream(noise).sum() == 0;
        double pooledStd = allEqual ? 0 : Math.sqrt(pooled / ((double) count * dimension - 1));
        return new BankStatistics(mean.clone(), std, pooledMean, pooledStd, constant);
    }

    private boolean isConstant(int d, double floor) {
        return low[d] == high[d] && noise[d] / count <= floor;
    }
}
