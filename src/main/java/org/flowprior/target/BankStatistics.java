package org.flowprior.target;

/**
 * What is known of a bank's rows, computed in float64 when it was written. Deviations are the unbiased ones, as {@code
 * torch.std} gives them. For a Gaussian bank they are those of the rows drawn: variance of the means plus mean of the
 * variances.
 *
 * @param mean               mean of each dimension, [D]
 * @param std                deviation of each dimension, [D]
 * @param pooledMean         mean of all numbers
 * @param pooledStd          deviation of all numbers around their common mean
 * @param constantDimensions positions, ascending, of the dimensions in which all rows are equal
 */
public record BankStatistics(double[] mean, double[] std, double pooledMean, double pooledStd,
        int[] constantDimensions) {}
