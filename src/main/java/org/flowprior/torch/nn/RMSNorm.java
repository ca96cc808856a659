package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * x / √(mean of x² + eps) over the last dimensions: {@code torch.nn.RMSNorm}, with the key {@code weight}, of the
 * normalised shape.
 */
public final class RMSNorm extends WeightedLayer<RMSNorm> {

    private final long[] shape;
    private final Double eps;

    /** Over the last dimension, with PyTorch's defaults: the dtype's epsilon and a weight. */
    public RMSNorm(long size) {
        this(new long[] {size}, null, true);
    }

    /** Over the last dimension, with this epsilon and a weight. */
    public RMSNorm(long size, double eps) {
        this(new long[] {size}, eps, true);
    }

    /**
     * Over the last dimensions, of this shape.
     *
     * @param eps    null for the smallest number that added to 1 is not 1, of the dtype of x
     * @param affine whether there is a weight, 1 at first
     */
    public RMSNorm(long[] shape, Double eps, boolean affine) {
        super(affine ? Torch.ones(shape) : null, null);
        this.shape = shape.clone();
        this.eps = eps;
    }

    /** x [..., normalised shape] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.rmsNorm(in, shape, weight, eps));
    }

    @Override
    protected String extraRepr() {
        return Python.tuple(shape) + ", eps=" + (eps == null ? "None" : Python.repr(eps)) + ", elementwise_affine="
                + Python.repr(weight != null);
    }
}
