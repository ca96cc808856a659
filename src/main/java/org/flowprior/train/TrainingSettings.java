package org.flowprior.train;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.notNegative;
import static org.flowprior.config.ConfigRanges.positive;
import static org.flowprior.config.ConfigRanges.shareBelowOne;

import org.flowprior.config.Checked;

/** The keys under {@code training} that the configs of all stages except the toy have. */
public interface TrainingSettings extends Checked {

    /** Returns the number of steps, at least 1. */
    int steps();

    /** Returns the number of rows or images of a step, at least 1. */
    int batch();

    /** Returns the number of micro-batches of a step, at least 1; the gradient is the mean over all of them. */
    int accumulation();

    /** Returns the learning rate after the warm-up, above 0. */
    double learningRate();

    /**
     * Returns the number of steps of the warm-up; 0: no warm-up. As with PyTorch's schedulers, a run may be shorter: it
     * then ends during the warm-up, before the learning rate is reached.
     */
    int warmupSteps();

    /** Returns the learning rate after the last step, at least 0. */
    double lastRate();

    /** Returns the decay of the mean of gradients, in [0, 1). */
    double beta1();

    /** Returns the decay of the mean of squared gradients, in [0, 1). */
    double beta2();

    /** Returns the weight decay, at least 0. */
    double weightDecay();

    /** Returns the largest norm of the gradient, to which it is clipped; 0: no clipping. */
    double clip();

    /** Returns the decay of the moving average of the weights, in [0, 1). */
    double ema();

    /** Returns the number of steps of the schedule: all, or more if the run ends during the warm-up. */
    default long scheduledSteps() {
        return Math.max(steps(), warmupSteps() + 1L);
    }

    /** Returns the largest norm of the gradient; infinite if {@link #clip} is 0. */
    default double largestNorm() {
        return clip() > 0 ? clip() : Double.POSITIVE_INFINITY;
    }

    /** Returns whether an evaluation is due: after the last step, and every {@code every} steps if that is not 0. */
    default boolean isEvaluationDue(long step, int every) {
        return step == steps() || every > 0 && step % every == 0;
    }

    /** Throws {@link IllegalArgumentException} for values out of range, or not divisible by the accumulation. */
    @Override
    default void check() {
        atLeast("steps", steps(), 1);
        atLeast("batch", batch(), 1);
        atLeast("accumulation", accumulation(), 1);
        checkAccumulation();
        positive("learningRate", learningRate());
        atLeast("warmupSteps", warmupSteps(), 0);
        notNegative("lastRate", lastRate());
        shareBelowOne("beta1", beta1());
        shareBelowOne("beta2", beta2());
        notNegative("weightDecay", weightDecay());
        notNegative("clip", clip());
        shareBelowOne("ema", ema());
    }

    /** Throws {@link IllegalArgumentException} unless all micro-batches of a step have the same size. */
    default void checkAccumulation() {
        requireDivides("batch", batch());
    }

    /** Throws {@link IllegalArgumentException} with the number's name unless the accumulation divides the number. */
    default void requireDivides(String name, long number) {
        if (number % accumulation() != 0) {
            throw new IllegalArgumentException("accumulation must divide " + name + " = " + number + ", which "
                    + accumulation() + " does not");
        }
    }
}
