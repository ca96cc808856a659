package org.flowprior.torch.nn;

import java.util.List;

/** {@link BatchNorm} of [batch, features] or [batch, features, length]: {@code torch.nn.BatchNorm1d}. */
public final class BatchNorm1d extends BatchNorm<BatchNorm1d> {

    /** With PyTorch's defaults. */
    public BatchNorm1d(long features) {
        this(features, DEFAULT);
    }

    /** With this epsilon. */
    public BatchNorm1d(long features, double eps) {
        this(features, DEFAULT.withEps(eps));
    }

    /** With weight 1 and bias 0: {@code BatchNorm1d.DEFAULT.withMomentum(0.01)}. */
    public BatchNorm1d(long features, Options options) {
        super(features, options, List.of(2, 3));
    }
}
