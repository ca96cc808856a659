package org.flowprior.torch.optim;

/**
 * The learning rate of a step. Steps are counted from 0: step n is the update after n completed ones, so a loop sets
 * {@code optimizer.setLearningRate(schedule.at(n))} before it.
 */
@FunctionalInterface
public interface LearningRateSchedule {

    /** The learning rate of that step. */
    double at(long step);

    /** The same rate for all steps. */
    static LearningRateSchedule constant(double rate) {
        return step -> rate;
    }

    /**
     * Rises linearly from 0 at step 0 to the rate at step {@code warmupSteps}, then stays constant: the generator's
     * schedule, rate · e / (warm-up epochs) for a fractional epoch e.
     */
    static LearningRateSchedule constantWithWarmup(double rate, long warmupSteps) {
        return step -> step < warmupSteps ? rate * step / warmupSteps : rate;
    }

    /**
     * Rises linearly from {@code warmupStart} to the rate, then follows a cosine from the rate to the minimum. The cosine
     * counts its steps from step 0, so the warm-up ends above the cosine, as in timm's {@code CosineLRScheduler} with
     * {@code warmup_prefix=False}; without warm-up it is PyTorch's {@code CosineAnnealingLR}. The schedule of the flow
     * prior and the autoencoder.
     *
     * @param totalSteps the step from which on the rate is the minimum
     * @throws IllegalArgumentException if the warm-up does not end before {@code totalSteps}
     */
    static LearningRateSchedule cosineWithWarmup(double warmupStart, double rate, double minimum, long warmupSteps,
            long totalSteps) {
        requireInside(warmupSteps, totalSteps);
        return step -> step < warmupSteps ? warmupStart + step * ((rate - warmupStart) / warmupSteps)
                : cosine(rate, minimum, step, totalSteps);
    }

    /**
     * Rises linearly from 0 to the rate, then follows a cosine that starts at the end of the warm-up: the generator's
     * other schedule.
     *
     * @param totalSteps the step from which on the rate is the minimum
     * @throws IllegalArgumentException if the warm-up does not end before {@code totalSteps}
     */
    static LearningRateSchedule cosineAfterWarmup(double rate, double minimum, long warmupSteps, long totalSteps) {
        requireInside(warmupSteps, totalSteps);
        return step -> step < warmupSteps ? rate * step / warmupSteps
                : cosine(rate, minimum, step - warmupSteps, totalSteps - warmupSteps);
    }

    private static double cosine(double rate, double minimum, long step, long steps) {
        return step >= steps ? minimum : minimum + 0.5 * (rate - minimum) * (1 + Math.cos(Math.PI * step / steps));
    }

    private static void requireInside(long warmupSteps, long totalSteps) {
        if (warmupSteps < 0 || totalSteps <= warmupSteps) {
            throw new IllegalArgumentException("the warm-up of " + warmupSteps + " steps must end before step "
                    + totalSteps);
        }
    }
}
