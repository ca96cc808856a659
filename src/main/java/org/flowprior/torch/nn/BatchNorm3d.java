package org.flowprior.torch.nn;

import java.util.List;

/** {@link BatchNorm} of [batch, features, depth, height, width]: {@code torch.nn.BatchNorm3d}. */
public final class BatchNorm3d extends BatchNorm<BatchNorm3d> {

    /** With PyTorch's defaults. */
    public BatchNorm3d(long features) {
        this(features, DEFAULT);
    }

    /** With this epsilon. */
    public BatchNorm3d(long features, double eps) {
        this(features, DEFAULT.withEps(eps));
    }

    /** With weight 1 and bias 0: {@code BatchNorm3d.DEFAULT.withMomentum(0.01)}. */
    public BatchNorm3d(long features, Options options) {
        super(features, options, List.of(5));
    }
}
