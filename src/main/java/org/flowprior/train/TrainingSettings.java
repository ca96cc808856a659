package org.flowprior.train;

import static org.flowprior.config.ConfigRanges.atLeast;
import static org.flowprior.config.ConfigRanges.notNegative;
import static org.flowprior.config.ConfigRanges.positive;
import static org.flowprior.config.ConfigRanges.shareBelowOne;

import org.flowprior.config.Checked;

/** What the key {@code training} has in the configs of all stages but the toy. */
public interface TrainingSettings extends Checked {

    /** Steps, at least 1. */
    int steps();

    /** Rows or images of a step, at least 1. */
    int batch();

    /** Micro-batches that a step is computed in, at least 1; the gradient is the mean over all of them. */
    int accumulation();

    /** What the warm-up leads to, above 0. */
    double learningRate();

    /** Steps of the warm-up, fewer than all; 0: none. */
    int warmupSteps();

    /** What the rate has come to after the last step, at least 0. */
    double lastRate();

    /** Decay of the mean of gradients, in [0, 1). */
    double beta1();

    /** Decay of the mean of their squares, in [0, 1). */
    double beta2();

    /** At least 0. */
    double weightDecay();

    /** The largest norm of the gradient; 0: any. */
    double clip();

    /** Decay of the moving average of the weights, in [0, 1). */
    double ema();

    /** The largest norm of the gradient, infinite where any will do. */
    default double largestNorm() {
        return clip() > 0 ? clip() : Double.POSITIVE_INFINITY;
    }

    /** Throws {@link IllegalArgumentException} for what is out of range, or not divisible by accumulation. */
    @Override
    default void check() {
        atLeast("steps", steps(), 1);
        atLeast("batch", batch(), 1);
        atLeast("accumulation", accumulation(), 1);
        checkAccumulation();
        positive("learningRate", learningRate());
        atLeast("warmupSteps", warmupSteps(), 0);
        if (warmupSteps() >= steps()) {
            throw new IllegalArgumentException("warmupSteps must be fewer than the " + steps() + " steps, not "
                    + warmupSteps());
        }
        notNegative("lastRate", lastRate());
        shareBelowOne("beta1", beta1());
        shareBelowOne("beta2", beta2());
        notNegative("weightDecay", weightDecay());
        notNegative("clip", clip());
        shareBelowOne("ema", ema());
    }

    /** Throws {@link IllegalArgumentException} unless the micro-batches of a step are of one size. */
    default void checkAccumulation() {
        requireDivides("batch", batch());
    }

    /** Throws {@link IllegalArgumentException} unless accumulation divides that number, which has that name. */
    default void requireDivides(String name, long number) {
        if (number % accumulation() != 0) {
            throw new IllegalArgumentException("accumulation must divide " + name + " = " + number + ", which "
                    + accumulation() + " does not");
        }
    }
}
