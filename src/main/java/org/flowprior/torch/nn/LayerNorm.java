package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Normalisation over the last dimension with the biased variance: {@code torch.nn.LayerNorm}, with the keys
 * {@code weight} and {@code bias}, [size].
 */
public final class LayerNorm extends WeightedLayer {

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
        super(affine ? Torch.ones(size) : null, affine ? Torch.zeros(size) : null);
        this.shape = new long[] {size};
        this.eps = eps;
    }

    /** x [..., size] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.layerNorm(x, shape, weight, bias, eps);
    }
}
