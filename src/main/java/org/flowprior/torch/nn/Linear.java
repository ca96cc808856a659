package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** y = x Wᵀ + b over the last dimension: {@code torch.nn.Linear}, its keys {@code weight} and {@code bias}. */
public final class Linear extends Layer {

    private final Tensor weight;
    private final Tensor bias;

    /** With a bias and PyTorch's initial values. */
    public Linear(long in, long out) {
        this(in, out, true);
    }

    /** With PyTorch's initial values from the default generator. */
    public Linear(long in, long out, boolean bias) {
        this(in, out, bias, null);
    }

    /**
     * With PyTorch's initial values, weight and bias uniform in ±1/√in.
     *
     * @param generator the source of the initial values, or null for the default generator
     */
    public Linear(long in, long out, boolean bias, Generator generator) {
        this.weight = registerParameter("weight", Torch.empty(out, in));
        this.bias = bias ? registerParameter("bias", Torch.empty(out)) : null;
        Init.likeLinear(weight, this.bias, generator);
    }

    /** The weight [out, in]. */
    public Tensor weight() {
        return weight;
    }

    /** The bias [out], or null. */
    public Tensor bias() {
        return bias;
    }

    /** x [..., in] to [..., out]. */
    @Override
    public Tensor forward(Tensor x) {
        return Functional.linear(x, weight, bias);
    }
}
