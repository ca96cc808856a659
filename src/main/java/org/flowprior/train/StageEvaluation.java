package org.flowprior.train;

import java.util.Map;
import java.util.function.LongFunction;

/** When a stage measures what it has learnt: every so many steps, and behind the last one. */
public final class StageEvaluation {

    private final int every;
    private final long steps;
    private final LongFunction<Map<String, Double>> measure;
    private Map<String, Double> afterLast;

    /** {@code every}: steps between, 0 for behind the last one alone; {@code measure}: of the step's number. */
    public StageEvaluation(int every, long steps, LongFunction<Map<String, Double>> measure) {
        this.every = every;
        this.steps = steps;
        this.measure = measure;
    }

    /** What is measured behind that step; empty where nothing is due. */
    public Map<String, Double> at(long step) {
        if (step == steps) {
            afterLast = measure.apply(step);
            return afterLast;
        }
        return every > 0 && step % every == 0 ? measure.apply(step) : Map.of();
    }

    /** What was measured behind the last step, made anew where this process has not made it. */
    public Map<String, Double> afterLast() {
        return afterLast == null ? at(steps) : afterLast;
    }
}
