package org.flowprior.train.toy;

import java.util.List;
import java.util.stream.IntStream;
import org.flowprior.flow.TimeWeighting;

/**
 * The result of aligning the toy's latents. Points are in normalised units, x and y alternating.
 *
 * @param weighting       weighting of the residuals in time
 * @param latents         the optimised latents
 * @param losses          the alignment loss before each step, a mean over channels
 * @param likelihoods     mean NLL of the latents before each step; between evaluations, that of the last evaluation
 * @param likelihoodEvery steps from one evaluation of the NLL to the next; the first is at step 1
 * @param snapshots       the latents after up to 21 of the steps, in order
 */
public record AlignedLatents(TimeWeighting weighting, double[] latents, double[] losses, double[] likelihoods,
        int likelihoodEvery, List<Snapshot> snapshots) {

    /**
     * The latents after the update of a step.
     *
     * @param step   number of the step, from 1
     * @param points the latents
     */
    public record Snapshot(long step, float[] points) {}

    private static final int LAST_STEPS = 100;

    /** Returns the mean loss of the last 100 steps. */
    public double lastLoss() {
        int count = Math.min(LAST_STEPS, losses.length);
        double sum = 0;
        for (int i = losses.length - count; i < losses.length; i++) {
            sum += losses[i];
        }
        return sum / count;
    }

    /** Returns the values of a series at the steps where the NLL was evaluated. */
    public double[] whereEvaluated(double[] series) {
        return IntStream.range(0, series.length).filter(i -> i % likelihoodEvery == 0).mapToDouble(i -> series[i])
                .toArray();
    }
}
