package org.flowprior.target;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A density in the units in which the toy trains: divided by the pooled deviation of all coordinates. The mean is not
 * removed.
 *
 * <p>The official code estimates that number from ten million samples, 80 MB, on first use; {@link #estimated} does the
 * same. The default, {@link #of}, takes the exact value: it costs nothing, does not use the generator, and differs from
 * the estimate in the fifth digit (2.142428529 and 2.142407179 with seed 0 for the five Gaussians).
 *
 * @param density the raw density
 * @param scale   s, divisor of raw samples
 */
public record TargetDistribution(Density density, double scale) {

    /** Number of samples from which the official code estimates the scale. */
    public static final long OFFICIAL_SAMPLES = 10_000_000;

    /** Throws {@link IllegalArgumentException} for a scale that is not positive and finite. */
    public TargetDistribution {
        checkScale(scale);
    }

    static void checkScale(double scale) {
        if (!(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a scale must be positive and finite, not " + scale);
        }
    }

    /** Normalises by the exact deviation. */
    public static TargetDistribution of(Density density) {
        return new TargetDistribution(density, density.pooledDeviation());
    }

    /** Normalises by the unbiased deviation of samples, as the official code with {@link #OFFICIAL_SAMPLES}. */
    public static TargetDistribution estimated(Density density, long samples, Generator generator) {
        try (Scope scope = Scope.open()) {
            return new TargetDistribution(density, density.sample(samples, generator).std().item());
        }
    }

    /** Draws normalised samples, float32 [count, D]; generator null for the default one. */
    public Tensor sample(long count, Generator generator) {
        return Scope.returning(() -> density.sample(count, generator).div_(scale));
    }

    /**
     * Returns &minus;log of the raw density at normalised points, as in the official curves and colour scales, without
     * the Jacobian that {@link #negativeLogLikelihood} has.
     *
     * @param y [N, D], normalised
     * @return [N], nats
     */
    public Tensor rawNegativeLogLikelihood(Tensor y) {
        return Scope.returning(() -> density.negativeLogLikelihood(y.mul(scale)));
    }

    /**
     * Returns &minus;log of the density of the normalised variable, less by D ln s, to compare with a flow's
     * likelihood.
     *
     * @param y [N, D], normalised
     * @return [N], nats
     */
    public Tensor negativeLogLikelihood(Tensor y) {
        return Scope.returning(() -> rawNegativeLogLikelihood(y).sub(density.dimension() * Math.log(scale)));
    }

    /** Returns the exact distribution of normalised samples. */
    public Density normalized() {
        return density.dividedBy(scale);
    }

    /**
     * Makes the official estimate of the normalised density, with its floor; the caller closes it.
     *
     * @param points    number of points to draw; the paper's is {@link KernelDensity#OFFICIAL_POINTS}
     * @param bandwidth in normalised units; the paper's is {@link KernelDensity#OFFICIAL_BANDWIDTH}
     * @param generator null for the default one
     */
    public KernelDensity kernelDensity(long points, double bandwidth, Generator generator) {
        try (Scope scope = Scope.open()) {
            return new KernelDensity(sample(points, generator), bandwidth);
        }
    }
}
