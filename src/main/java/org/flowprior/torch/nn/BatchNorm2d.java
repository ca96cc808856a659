package org.flowprior.torch.nn;

import java.util.List;

/** {@link BatchNorm} of [batch, features, height, width]: {@code torch.nn.BatchNorm2d}. */
public final class BatchNorm2d extends BatchNorm<BatchNorm2d> {

    /** With PyTorch's defaults. */
    public BatchNorm2d(long features) {
        this(features, DEFAULT);
    }

    /** With this epsilon. */
    public BatchNorm2d(long features, double eps) {
        this(features, DEFAULT.withEps(eps));
    }

    /** With weight 1 and bias 0: {@code BatchNorm2d.DEFAULT.withMomentum(0.01)}. */
    public BatchNorm2d(long features, Options options) {
        super(features, options, List.of(4));
    }
}
