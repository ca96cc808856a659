package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Explicit Runge-Kutta methods with equal steps. How many are enough depends on the field: 100 Runge-Kutta steps are
 * plenty for one Gaussian, but the paths between the modes of a mixture are stiff, and there {@link DormandPrince} is
 * cheaper.
 *
 * @param method the method
 * @param steps  number of equal steps
 */
public record FixedStepSolver(Method method, int steps) implements OdeSolver {

    /** A method; its order is the power of the step in which its error falls. */
    public enum Method {

        /** Euler's, order 1, one evaluation a step. */
        EULER(new double[] {0}, new double[][] {{}}, new double[] {1}),
        /** The midpoint method, order 2, two evaluations a step. */
        MIDPOINT(new double[] {0, 0.5}, new double[][] {{}, {0.5}}, new double[] {0, 1}),
        /** Heun's, the trapezoid with an Euler predictor, order 2, two evaluations a step. */
        HEUN(new double[] {0, 1}, new double[][] {{}, {1}}, new double[] {0.5, 0.5}),
        /** The classical Runge-Kutta method, order 4, four evaluations a step. */
        RK4(new double[] {0, 0.5, 0.5, 1}, new double[][] {{}, {0.5}, {0, 0.5}, {0, 0, 1}},
                new double[] {1.0 / 6, 1.0 / 3, 1.0 / 3, 1.0 / 6});

        private final ButcherTableau tableau;

        Method(double[] nodes, double[][] stages, double[] weights) {
            tableau = new ButcherTableau(nodes, stages, weights);
        }
    }

    /** Throws {@link IllegalArgumentException} for less than one step. */
    public FixedStepSolver {
        if (steps < 1) {
            throw new IllegalArgumentException("a solver with equal steps needs at least 1 step, not " + steps);
        }
    }

    @Override
    public Solution solve(Slope slope, List<Tensor> start, double from, double to) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            List<Tensor> state = start.stream().map(Tensor::clone).toList();
            ButcherTableau tableau = method.tableau;
            double step = (to - from) / steps;
            for (int k = 0; k < steps; k++) {
                try (Scope inner = Scope.open()) {
                    double t = from + k * (to - from) / steps;
                    List<Tensor[]> slopes = tableau.slopes(slope, t, step, state, slope.at(t, state));
                    // A slope may be the state itself, so the state changes only when all slopes have been added.
                    List<Tensor> next = state.stream().map(Tensor::clone).toList();
                    ButcherTableau.add(next, slopes, tableau.weights(), step);
                    for (int i = 0; i < state.size(); i++) {
                        state.get(i).copy_(next.get(i));
                    }
                }
            }
            state.forEach(Tensor::moveOutward);
            return new Solution(state, (long) steps * tableau.nodes().length);
        }
    }
}
