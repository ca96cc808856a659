package org.flowprior.flow;

import java.util.List;
import java.util.function.ToLongFunction;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Solves dy/dt = f(t, y), forwards or backwards in time, for a state of several tensors at once: points of a flow, and
 * the integral along their paths. No gradients pass through a solution. The arithmetic is in the dtype of the tensors;
 * tight tolerances need float64.
 */
public sealed interface OdeSolver permits FixedStepSolver, DormandPrince {

    /** The right-hand side. */
    @FunctionalInterface
    interface Slope {

        /**
         * Returns dy/dt.
         *
         * @param state must not be changed
         * @return one tensor for each tensor of the state, of its shape and dtype
         */
        List<Tensor> at(double t, List<Tensor> state);
    }

    /**
     * The end of a solution.
     *
     * @param state       of the start's shapes and dtypes
     * @param evaluations number of evaluations of the slope, with those of rejected steps
     */
    record Solution(List<Tensor> state, long evaluations) {

        /** Copies the list. */
        public Solution {
            state = List.copyOf(state);
        }

        /** Integrates a copy of the start in place, by a function that returns the number of evaluations. */
        static Solution of(List<Tensor> start, ToLongFunction<List<Tensor>> integrate) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                List<Tensor> state = start.stream().map(Tensor::clone).toList();
                long evaluations = integrate.applyAsLong(state);
                state.forEach(Tensor::moveOutward);
                return new Solution(state, evaluations);
            }
        }
    }

    /**
     * Returns the state at time {@code to}.
     *
     * @param start floating-point tensors, the state at time {@code from}; they are not changed
     * @param from  the time of the start
     * @param to    before or after {@code from}
     * @return without gradients
     */
    Solution solve(Slope slope, List<Tensor> start, double from, double to);
}
