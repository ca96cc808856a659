package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Normalisation of each sample over groups of channels: {@code torch.nn.GroupNorm}, its keys {@code weight} and
 * {@code bias}.
 */
public final class GroupNorm extends Layer {

    private final long groups;
    private final double eps;
    private final Tensor weight;
    private final Tensor bias;

    /** With PyTorch's epsilon of 1e-5. */
    public GroupNorm(long groups, long channels) {
        this(groups, channels, 1e-5);
    }

    /** Weight 1 and bias 0. */
    public GroupNorm(long groups, long channels, double eps) {
        this.groups = groups;
        this.eps = eps;
        this.weight = registerParameter("weight", Torch.ones(channels));
        this.bias = registerParameter("bias", Torch.zeros(channels));
    }

    /** x [batch, channels, ...] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.groupNorm(x, groups, weight, bias, eps);
    }
}
