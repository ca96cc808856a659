package org.flowprior.eval;

import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** A check of rows of numbers. */
final class FiniteRows {

    private FiniteRows() {}

    /**
     * Requires that all numbers of [n, D] are finite.
     *
     * @param what names a row in the message, such as "a query"
     * @throws IllegalArgumentException with the number of the first row that is not finite
     */
    static void require(Tensor rows, String what) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor finite = rows.isfinite().all(1L);
            if (finite.all().item() == 0) {
                long row = finite.logicalNot().nonzero().get(0L, 0L).itemNumber().longValue();
                throw new IllegalArgumentException(what + " is not finite, the first in row " + row);
            }
        }
    }
}
