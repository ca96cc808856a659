package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Normalisation of each sample over groups of channels: {@code torch.nn.GroupNorm}, with the keys {@code weight} and
 * {@code bias}, [channels].
 */
public final class GroupNorm extends WeightedLayer<GroupNorm> {

    private final long groups;
    private final long channels;
    private final double eps;

    /** With PyTorch's epsilon of 1e-5. */
    public GroupNorm(long groups, long channels) {
        this(groups, channels, 1e-5);
    }

    /** With weight 1 and bias 0. */
    public GroupNorm(long groups, long channels, double eps) {
        this(groups, channels, eps, true);
    }

    /**
     * With this epsilon.
     *
     * @param affine whether there are a weight, 1 at first, and a bias, 0 at first
     */
    public GroupNorm(long groups, long channels, double eps, boolean affine) {
        super(affine ? Torch.ones(channels) : null, affine ? Torch.zeros(channels) : null);
        this.groups = groups;
        this.channels = channels;
        this.eps = eps;
    }

    /** x [batch, channels, ...] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.groupNorm(in, groups, weight, bias, eps));
    }

    @Override
    protected String extraRepr() {
        return groups + ", " + channels + ", eps=" + Python.repr(eps) + ", affine=" + Python.repr(weight != null)
                + ", bias="
                + Python.repr(bias != null);
    }
}
