package org.flowprior.flow;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Tensor;

/**
 * The coefficients of an explicit Runge-Kutta method.
 *
 * @param nodes   c, where in the step each stage is; the first is 0
 * @param stages  a, one row for each stage: what it adds of the earlier slopes
 * @param weights b, of the slopes in the step
 */
record ButcherTableau(double[] nodes, double[][] stages, double[] weights) {

    /** The slopes of all stages of a step; the first is given. */
    List<Tensor[]> slopes(OdeSolver.Slope slope, double t, double step, List<Tensor> state, List<Tensor> first) {
        List<Tensor[]> slopes = new ArrayList<>();
        slopes.add(first.toArray(Tensor[]::new));
        for (int i = 1; i < nodes.length; i++) {
            List<Tensor> inside = state.stream().map(Tensor::clone).toList();
            add(inside, slopes, stages[i], step);
            slopes.add(slope.at(t + nodes[i] * step, inside).toArray(Tensor[]::new));
        }
        return slopes;
    }

    /** Adds step times the weighted sum of the slopes to the state, in place. */
    static void add(List<Tensor> state, List<Tensor[]> slopes, double[] weights, double step) {
        for (int k = 0; k < state.size(); k++) {
            for (int j = 0; j < weights.length; j++) {
                if (weights[j] != 0) {
                    state.get(k).add_(slopes.get(j)[k], weights[j] * step);
                }
            }
        }
    }
}
