package org.flowprior.torch.optim;

/**
 * The learning rate of a step. Steps are counted from 0: step n is the update after n completed ones, so a loop sets
 * {@code optimizer.setLearningRate(schedule.at(n))} before it.
 */
@FunctionalInterface
public interface LearningRateSchedule {

    /** The learning rate of that step. */
    double at(long step);

    /** Always the same. */
    static LearningRateSchedule constant(double rate) {
        return step -> rate;
    }

    /**
     * A straight line from 0 at step 0 to the rate at step {@code warmupSteps}, then constant. The generator's
     * schedule: with fractional epochs e it is rate · e / warm-up epochs.
     */
    static LearningRateSchedule constantWithWarmup(double rate, long warmupSteps) {
        return step -> step < warmupSteps ? rate * step / warmupSteps : rate;
    }

    /**
     * A straight line from {@code warmupStart} to the rate over the warm-up, then the cosine from the rate to the
     * minimum. The cosine's clock runs from step 0, so the line ends above the cosine: timm's {@code CosineLRScheduler}
     * with {@code warmup_prefix=False}. With no warm-up it is PyTorch's {@code CosineAnnealingLR}. The schedule of the
     * flow prior and the autoencoder.
     *
     * @param totalSteps where the cosine arrives at the minimum, which the schedule keeps from then on
     */
    static LearningRateSchedule cosineWithWarmup(double warmupStart, double rate, double minimum, long warmupSteps,
            long totalSteps) {
        requireInside(warmupSteps, totalSteps);
        return step -> step < warmupSteps ? warmupStart + step * ((rate - warmupStart) / warmupSteps)
                : cosine(rate, minimum, step, totalSteps);
    }

    /**
     * A straight line from 0 over the warm-up, then a cosine that begins where the warm-up ends: the generator's other
     * schedule.
     *
     * @param totalSteps where the cosine arrives at the minimum, which the schedule keeps from then on
     */
    static LearningRateSchedule cosineAfterWarmup(double rate, double minimum, long warmupSteps, long totalSteps) {
        requireInside(warmupSteps, totalSteps);
        return step -> step < warmupSteps ? rate * step / warmupSteps
                : cosine(rate, minimum, step - warmupSteps, totalSteps - warmupSteps);
    }

    private static double cosine(double rate, double minimum, long step, long steps) {
        return step >= steps ? minimum
                : minimum + 0.5 * (rate - minimum) * (1 + Math.cos(Math.PI * step / steps));
    }

    private static void requireInside(long warmupSteps, long totalSteps) {
        if (warmupSteps < 0 || totalSteps <= warmupSteps) {
            throw new IllegalArgumentException("the warm-up of " + warmupSteps + " steps must end before step "
                    + totalSteps);
        }
    }
}
