package org.flowprior.torch.nn;

/**
 * {@link InstanceNorm} of [batch, features, depth, height, width], with or without the batch:
 * {@code torch.nn.InstanceNorm3d}.
 */
public final class InstanceNorm3d extends InstanceNorm<InstanceNorm3d> {

    /** With PyTorch's defaults. */
    public InstanceNorm3d(long features) {
        this(features, DEFAULT);
    }

    /** With these options: {@code InstanceNorm3d.DEFAULT.withAffine(true)}. */
    public InstanceNorm3d(long features, Options options) {
        super(features, options, 3);
    }
}
