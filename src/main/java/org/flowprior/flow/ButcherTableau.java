package org.flowprior.flow;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Tensor;

/**
 * The coefficients of an explicit Runge-Kutta method.
 *
 * @param nodes   c, the time of each stage within the step; the first is 0
 * @param stages  a, one row for each stage: the weights of the earlier slopes
 * @param weights b, the weights of the slopes in the step
 */
record ButcherTableau(double[] nodes, double[][] stages, double[] weights) {

    /** Returns the slopes of all stages of a step; the first is given. */
    List<List<Tensor>> slopes(OdeSolver.Slope slope, double t, double step, List<Tensor> state, List<Tensor> first) {
        List<List<Tensor>> slopes = new ArrayList<>(List.of(first));
        for (int i = 1; i < nodes.length; i++) {
            slopes.add(slope.at(t + nodes[i] * step, plus(state, slopes, stages[i], step)));
        }
        return slopes;
    }

    /** Returns the state plus the step times the weighted sum of the slopes: new tensors. */
    static List<Tensor> plus(List<Tensor> state, List<List<Tensor>> slopes, double[] weights, double step) {
        List<Tensor> sum = state.stream().map(Tensor::clone).toList();
        for (int k = 0; k < state.size(); k++) {
            for (int j = 0; j < weights.length; j++) {
                if (weights[j] != 0) {
                    sum.get(k).add_(slopes.get(j).get(k), weights[j] * step);
                }
            }
        }
        return sum;
    }

    /** Copies the values of tensors into others. */
    static void copy(List<Tensor> from, List<Tensor> into) {
        for (int k = 0; k < from.size(); k++) {
            into.get(k).copy_(from.get(k));
        }
    }
}
