package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.Tensor;

/**
 * Solves dy/dt = f(t, y), forwards or backwards in time, for a state of several tensors at once: points of a flow, and
 * the integral along their paths. No gradients pass through a solution. The arithmetic is that of the tensors' dtype;
 * tight tolerances want float64.
 */
public sealed interface OdeSolver permits FixedStepSolver, DormandPrince {

    /** The right-hand side. */
    @FunctionalInterface
    interface Slope {

        /**
         * dy/dt.
         *
         * @param state left as it is
         * @return one tensor for each of the state, of its shape and dtype
         */
        List<Tensor> at(double t, List<Tensor> state);
    }

    /**
     * Where a solution ends.
     *
     * @param state       of the start's shapes and dtypes
     * @param evaluations how often the slope was asked for, rejected steps included
     */
    record Solution(List<Tensor> state, long evaluations) {

        /** Copies the list. */
        public Solution {
            state = List.copyOf(state);
        }
    }

    /**
     * The state at time {@code to}.
     *
     * @param start floating-point tensors, the state at time {@code from}; left as they are
     * @param from  the time of the start
     * @param to    before or after {@code from}
     * @return without gradients
     */
    Solution solve(Slope slope, List<Tensor> start, double from, double to);
}
