package org.flowprior.torch.nn;

import java.util.List;

/** {@link BatchNorm} of [batch, features] or [batch, features, length]: {@code torch.nn.BatchNorm1d}. */
public final class BatchNorm1d extends BatchNorm {

    /** With PyTorch's epsilon of 1e-5. */
    public BatchNorm1d(long features) {
        this(features, 1e-5);
    }

    /** With weight 1 and bias 0. */
    public BatchNorm1d(long features, double eps) {
        super(features, eps, List.of(2, 3));
    }
}
