package org.flowprior.target;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A density in the units in which the toy trains: divided by one number, the deviation of all coordinates pooled. The
 * mean stays.
 *
 * <p>The official code estimates that number from ten million samples, 80 MB, on first use; {@link #estimated} does the
 * same. The default, {@link #of}, takes the exact value: it costs nothing, leaves the generator alone, and differs from
 * the estimate in the fifth digit (2.142428529 and 2.142407179 with seed 0 for the five Gaussians).
 *
 * @param density the raw density
 * @param scale   s, what raw samples are divided by
 */
public record TargetDistribution(Density density, double scale) {

    /** Samples from which the official code estimates the scale. */
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

    /** Normalised by the exact deviation. */
    public static TargetDistribution of(Density density) {
        return new TargetDistribution(density, density.pooledDeviation());
    }

    /** Normalised by the unbiased deviation of samples, as the official code with {@link #OFFICIAL_SAMPLES}. */
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
     * &minus;log of the raw density at normalised points: the official curves and colour scales. It leaves the Jacobian
     * out; {@link #negativeLogLikelihood} has it.
     *
     * @param y [N, D], normalised
     * @return [N], nats
     */
    public Tensor rawNegativeLogLikelihood(Tensor y) {
        return Scope.returning(() -> density.negativeLogLikelihood(y.mul(scale)));
    }

    /**
     * &minus;log of the density of the normalised variable, smaller by D ln s: what a flow's likelihood compares with.
     *
     * @param y [N, D], normalised
     * @return [N], nats
     */
    public Tensor negativeLogLikelihood(Tensor y) {
        return Scope.returning(() -> rawNegativeLogLikelihood(y).sub(density.dimension() * Math.log(scale)));
    }

    /** The exact distribution of normalised samples: with their likelihood and their optimal flow. */
    public Density normalized() {
        return density.dividedBy(scale);
    }

    /**
     * The official estimate of the normalised density, with its floor: {@link KernelDensity}, the caller's to close.
     *
     * @param points    drawn here; the paper's {@link KernelDensity#OFFICIAL_POINTS}
     * @param bandwidth in normalised units; the paper's {@link KernelDensity#OFFICIAL_BANDWIDTH}
     * @param generator null for the default one
     */
    public KernelDensity kernelDensity(long points, double bandwidth, Generator generator) {
        try (Scope scope = Scope.open()) {
            return new KernelDensity(sample(points, generator), bandwidth);
        }
    }
}
