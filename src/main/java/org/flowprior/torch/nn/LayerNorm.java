package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Normalisation over the last dimension with the biased variance: {@code torch.nn.LayerNorm}, its keys {@code weight}
 * and {@code bias}.
 */
public final class LayerNorm extends Layer {

    private final long[] shape;
    private final double eps;
    private final Tensor weight;
    private final Tensor bias;

    /** With PyTorch's epsilon of 1e-5 and affine. */
    public LayerNorm(long size) {
        this(size, 1e-5, true);
    }

    /**
     * Weight 1 and bias 0 where affine.
     *
     * @param affine whether there are a weight and a bias
     */
    public LayerNorm(long size, double eps, boolean affine) {
        this.shape = new long[] {size};
        this.eps = eps;
        this.weight = affine ? registerParameter("weight", Torch.ones(size)) : null;
        this.bias = affine ? registerParameter("bias", Torch.zeros(size)) : null;
    }

    /** The weight [size], or null. */
    public Tensor weight() {
        return weight;
    }

    /** The bias [size], or null. */
    public Tensor bias() {
        return bias;
    }

    /** x [..., size] to the same shape. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.layerNorm(x, shape, weight, bias, eps);
    }
}
