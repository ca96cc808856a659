package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Normalisation of each sample over groups of channels: {@code torch.nn.GroupNorm}, with the keys {@code weight} and
 * {@code bias}, [channels].
 */
public final class GroupNorm extends WeightedLayer {

    private final long groups;
    private final double eps;

    /** With PyTorch's epsilon of 1e-5. */
    public GroupNorm(long groups, long channels) {
        this(groups, channels, 1e-5);
    }

    /** With weight 1 and bias 0. */
    public GroupNorm(long groups, long channels, double eps) {
        super(Torch.ones(channels), Torch.zeros(channels));
        this.groups = groups;
        this.eps = eps;
    }

    /** x [batch, channels, ...] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.groupNorm(x, groups, weight, bias, eps);
    }
}
