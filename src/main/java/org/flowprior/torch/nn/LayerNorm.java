package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Normalisation over the last dimensions with the biased variance: {@code torch.nn.LayerNorm}, with the keys
 * {@code weight} and {@code bias}, of the normalised shape.
 */
public final class LayerNorm extends WeightedLayer<LayerNorm> {

    private final long[] shape;
    private final double eps;

    /** With PyTorch's epsilon of 1e-5, a weight and a bias. */
    public LayerNorm(long size) {
        this(size, 1e-5, true);
    }

    /**
     * With this epsilon.
     *
     * @param affine whether there are a weight, 1 at first, and a bias, 0 at first
     */
    public LayerNorm(long size, double eps, boolean affine) {
        this(new long[] {size}, eps, affine, true);
    }

    /**
     * Over the last dimensions, of this shape.
     *
     * @param affine whether there is a weight, 1 at first
     * @param bias   whether there is, with a weight, also a bias, 0 at first
     */
    public LayerNorm(long[] shape, double eps, boolean affine, boolean bias) {
        super(affine ? Torch.ones(shape) : null, affine && bias ? Torch.zeros(shape) : null);
        this.shape = shape.clone();
        this.eps = eps;
    }

    /** x [..., normalised shape] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.layerNorm(in, shape, weight, bias, eps));
    }

    @Override
    protected String extraRepr() {
        return Python.tuple(shape) + ", eps=" + Python.repr(eps) + ", elementwise_affine=" + Python.repr(weight != null)
                + ", bias=" + Python.repr(bias != null);
    }
}
