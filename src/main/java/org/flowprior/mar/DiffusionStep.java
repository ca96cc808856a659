package org.flowprior.mar;

/**
 * A reverse step of a diffusion: the posterior of the less noisy x given the data and x (Ho et al. 2020, Eq. 6 and 7),
 * and the bounds of its learned variance (Nichol and Dhariwal 2021, Eq. 15).
 *
 * @param kept       the product of 1 &minus; &beta; at x's time, in (0, 1)
 * @param keptBefore that at the time to which the step leads, above {@code kept}; 1 if it leads to the data
 */
record DiffusionStep(double kept, double keptBefore) {

    double beta() {
        return 1 - kept / keptBefore;
    }

    /** Returns the factor of x in the data, which are x times this minus the noise times {@link #noiseScale}. */
    double xScale() {
        return Math.sqrt(1 / kept);
    }

    double noiseScale() {
        return Math.sqrt(1 / kept - 1);
    }

    /** Returns the factor of the data in the posterior's mean. */
    double dataShare() {
        return beta() * Math.sqrt(keptBefore) / (1 - kept);
    }

    /** Returns the factor of x in the posterior's mean. */
    double xShare() {
        return (1 - keptBefore) * Math.sqrt(1 - beta()) / (1 - kept);
    }

    double highestLogVariance() {
        return Math.log(beta());
    }

    /** Returns the logarithm of the posterior's variance; minus infinity if the step leads to the data. */
    double lowestLogVariance() {
        return Math.log(beta() * (1 - keptBefore) / (1 - kept));
    }
}
