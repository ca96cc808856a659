package org.flowprior.data.latents;

/**
 * Statistics of a cache's stored latents, computed in float64. Deviations are unbiased, as {@code torch.std}. For a
 * Gaussian cache they are those of drawn latents: variance of the means plus mean of the variances.
 *
 * @param mean       mean of each channel over all images, flips and tokens, [C]
 * @param std        deviation of each channel, [C]
 * @param pooledMean mean of all numbers
 * @param pooledStd  deviation of all numbers around their common mean
 * @param withinStd  deviation of an image's numbers around their own mean, without the flipped images: the root of
 *                   &Sigma; Var_i n / (N n &minus; 1), with the population variance of the n numbers of each of the N
 *                   images, so that differences of the images' means do not count. The published scaling factor
 *                   is one over this, of the first 10,000 images in the order of their names; here of all
 * @param minimum    the least number, for Gaussians of the means
 * @param maximum    the greatest number
 */
public record CacheStatistics(double[] mean, double[] std, double pooledMean, double pooledStd, double withinStd,
        double minimum, double maximum) {}
