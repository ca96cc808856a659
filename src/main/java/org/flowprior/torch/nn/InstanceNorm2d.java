package org.flowprior.torch.nn;

/**
 * {@link InstanceNorm} of [batch, features, height, width], with or without the batch: {@code
 * torch.nn.InstanceNorm2d}.
 */
public final class InstanceNorm2d extends InstanceNorm<InstanceNorm2d> {

    /** With PyTorch's defaults. */
    public InstanceNorm2d(long features) {
        this(features, DEFAULT);
    }

    /** With these options: {@code InstanceNorm2d.DEFAULT.withAffine(true)}. */
    public InstanceNorm2d(long features, Options options) {
        super(features, options, 2);
    }
}
