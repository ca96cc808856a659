package org.flowprior.train;

import java.util.Map;
import java.util.function.LongFunction;

/** Measures a stage every so many steps, and after the last one. */
public final class StageEvaluation {

    private final int every;
    private final long steps;
    private final LongFunction<Map<String, Double>> measure;
    private Map<String, Double> afterLast;

    /**
     * Measures at those steps.
     *
     * @param every   steps from one measurement to the next; 0: only after the last step
     * @param steps   number of steps of the stage
     * @param measure measures, given the number of the step
     */
    public StageEvaluation(int every, long steps, LongFunction<Map<String, Double>> measure) {
        this.every = every;
        this.steps = steps;
        this.measure = measure;
    }

    /** The measurements after that step; empty if none are due. */
    public Map<String, Double> at(long step) {
        if (step == steps) {
            afterLast = measure.apply(step);
            return afterLast;
        }
        return every > 0 && step % every == 0 ? measure.apply(step) : Map.of();
    }

    /** The measurements after the last step; measures again if another process did. */
    public Map<String, Double> afterLast() {
        return afterLast == null ? at(steps) : afterLast;
    }
}
