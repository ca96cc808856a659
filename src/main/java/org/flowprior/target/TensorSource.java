package org.flowprior.target;

import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** The rows of one tensor, which its owner keeps open. */
record TensorSource(Tensor rows, String description) implements FeatureSource {

    private static final long ROWS_AT_ONCE = 8192;

    TensorSource {
        if (rows.dim() != 2 || !rows.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException("features are floating-point rows [N, D], not " + rows.signature());
        }
    }

    @Override
    public long total() {
        return rows.size(0);
    }

    @Override
    public void read(Sink sink) {
        boolean more = true;
        for (long from = 0; more && from < rows.size(0); from += ROWS_AT_ONCE) {
            try (Scope scope = Scope.open()) {
                long count = Math.min(ROWS_AT_ONCE, rows.size(0) - from);
                more = sink.add(rows.narrow(0, from, count), from + count);
            }
        }
    }
}
