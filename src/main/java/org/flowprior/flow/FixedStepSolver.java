package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Explicit Runge-Kutta methods with equal steps. How many steps are enough depends on the field: 100 steps of RK4 are
 * plenty for one Gaussian, but the paths between the modes of a mixture are stiff: {@link DormandPrince} is cheaper.
 *
 * @param method the method
 * @param steps  number of equal steps
 */
public record FixedStepSolver(Method method, int steps) implements OdeSolver {

    /** A method; of order p, its error falls as the p-th power of the step. */
    public enum Method {

        /** Euler's method, order 1, one evaluation a step. */
        EULER(new double[] {0}, new double[][] {{}}, new double[] {1}),
        /** The midpoint method, order 2, two evaluations a step. */
        MIDPOINT(new double[] {0, 0.5}, new double[][] {{}, {0.5}}, new double[] {0, 1}),
        /** Heun's method, the trapezoidal rule with an Euler predictor, order 2, two evaluations a step. */
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
        return Solution.of(start, state -> {
            ButcherTableau tableau = method.tableau;
            double step = (to - from) / steps;
            for (int k = 0; k < steps; k++) {
                try (Scope scope = Scope.open()) {
                    double t = from + k * (to - from) / steps;
                    List<List<Tensor>> slopes = tableau.slopes(slope, t, step, state, slope.at(t, state));
                    // A slope may be the state itself, so the state changes only when all slopes have been added.
                    ButcherTableau.copy(ButcherTableau.plus(state, slopes, tableau.weights(), step), state);
                }
            }
            return (long) steps * tableau.nodes().length;
        });
    }
}
