package org.flowprior.target;

import java.util.function.BinaryOperator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The velocity field that minimises Eq. 3 for noise N(0, I) at some points, in the paper's convention (t = 0 noise,
 * t = 1 data).
 *
 * @param velocity E[data &minus; noise | x_t = x], [N, D]
 * @param trace    trace of its Jacobian, [N]
 */
public record OptimalFlow(Tensor velocity, Tensor trace) {

    /**
     * Computes the field at x [N, D] and t [N], a block of rows at a time.
     *
     * @param velocityAndTrace maps x and t to both side by side, [N, D + 1]
     * @param elementsPerRow   see {@link RowBlocks#map(BinaryOperator, long, Tensor, Tensor)}
     */
    static OptimalFlow of(BinaryOperator<Tensor> velocityAndTrace, long elementsPerRow, Tensor x, Tensor t) {
        try (Scope scope = Scope.open()) {
            Tensor both = RowBlocks.map(velocityAndTrace, elementsPerRow, x, t);
            long dimension = both.size(1) - 1;
            return new OptimalFlow(both.narrow(1, 0, dimension).contiguous().moveOutward(),
                    both.select(1, dimension).contiguous().moveOutward());
        }
    }
}
