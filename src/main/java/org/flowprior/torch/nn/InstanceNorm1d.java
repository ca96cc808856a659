package org.flowprior.torch.nn;

/** {@link InstanceNorm} of [batch, features, length], with or without the batch: {@code torch.nn.InstanceNorm1d}. */
public final class InstanceNorm1d extends InstanceNorm<InstanceNorm1d> {

    /** With PyTorch's defaults. */
    public InstanceNorm1d(long features) {
        this(features, DEFAULT);
    }

    /** With these options: {@code InstanceNorm1d.DEFAULT.withAffine(true)}. */
    public InstanceNorm1d(long features, Options options) {
        super(features, options, 1);
    }
}
