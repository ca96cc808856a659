package org.flowprior.data.latents;

/**
 * What is known of a cache's latents, computed in float64 of what is stored. Deviations are the unbiased ones, as
 * {@code torch.std} gives them. For a cache of Gaussians they are those of the latents drawn: variance of the means
 * plus mean of the variances.
 *
 * @param mean       mean of each channel over all images, flips and tokens, [C]
 * @param std        deviation of each channel, [C]
 * @param pooledMean mean of all numbers
 * @param pooledStd  deviation of all numbers around their common mean
 * @param withinStd  deviation of an image's numbers around their own mean, without the flipped images: the root of
 *                   &Sigma; Var_i n / (N n &minus; 1), with the population variance of the n numbers of each of the N
 *                   images. It leaves out how the images' means differ. The published scaling factor is one over
 *                   this, of the first 10,000 images in the order of their names; here it is of all
 * @param minimum    the least number, of the means where the latents are Gaussians
 * @param maximum    the greatest number
 */
public record CacheStatistics(double[] mean, double[] std, double pooledMean, double pooledStd, double withinStd,
        double minimum, double maximum) {}
