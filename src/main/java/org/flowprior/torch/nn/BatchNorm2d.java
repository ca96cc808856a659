package org.flowprior.torch.nn;

import java.util.List;

/** {@link BatchNorm} of [batch, features, height, width]: {@code torch.nn.BatchNorm2d}. */
public final class BatchNorm2d extends BatchNorm {

    /** With PyTorch's epsilon of 1e-5. */
    public BatchNorm2d(long features) {
        this(features, 1e-5);
    }

    /** With weight 1 and bias 0. */
    public BatchNorm2d(long features, double eps) {
        super(features, eps, List.of(4));
    }
}
