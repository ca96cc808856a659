package org.flowprior.autoencoder;

/**
 * The weight of a loss term over the steps: 0 before its start, then on a straight line through step 0 until the
 * warm-up ends, then constant. Steps are counted from 1.
 *
 * @param weight the final weight, at least 0
 * @param start  the first step with a weight; 0 and 1: from the beginning
 * @param warmup the step at which the final weight is reached; 0: at once
 */
record LossSchedule(double weight, long start, long warmup) {

    /** Throws {@link IllegalArgumentException} for negative numbers and a weight that is not finite. */
    LossSchedule {
        if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY) || start < 0 || warmup < 0) {
            throw new IllegalArgumentException("the weight, the start and the warm-up of a loss term must be at least "
                    + "0 and finite, not " + weight + ", " + start + " and " + warmup);
        }
    }

    /** Returns the weight at that step. */
    double at(long step) {
        if (step < start) {
            return 0;
        }
        return step < warmup ? weight * step / warmup : weight;
    }
}
