package org.flowprior.eval;

import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Refuses rows with NaN or infinity, naming the first. */
final class FiniteRows {

    private FiniteRows() {}

    /**
     * Checks a block of rows, [n, D].
     *
     * @param what names one of them, as "a query"
     * @throws IllegalArgumentException naming the first row that is not finite
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
