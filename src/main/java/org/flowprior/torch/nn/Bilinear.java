package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * y = x₁ᵀ A x₂ + b for each output: {@code torch.nn.Bilinear}, with the keys {@code weight}, [out, in1, in2], and
 * {@code bias}, [out].
 */
public final class Bilinear extends TypedModule<Bilinear> {

    private final Tensor weight;
    private final Tensor bias;

    /** With a bias and PyTorch's initial values from the default generator. */
    public Bilinear(long in1, long in2, long out) {
        this(in1, in2, out, true, null);
    }

    /**
     * With PyTorch's initial values, weight and bias uniform in ±1/√in1.
     *
     * @param generator draws the initial values; null for the default generator
     */
    public Bilinear(long in1, long in2, long out, boolean bias, Generator generator) {
        double bound = 1 / Math.sqrt(in1);
        this.weight = registerParameter("weight", Torch.empty(out, in1, in2));
        this.bias = bias ? registerParameter("bias", Torch.empty(out)) : null;
        Init.uniform_(weight, -bound, bound, generator);
        if (bias) {
            Init.uniform_(this.bias, -bound, bound, generator);
        }
    }

    /** x1 [..., in1] and x2 [..., in2] to [..., out]. */
    public Tensor forward(Tensor x1, Tensor x2) {
        return hooked(List.of(x1, x2), in -> Functional.bilinear(in.get(0), in.get(1), weight, bias));
    }

    @Override
    protected String extraRepr() {
        return "in1_features=" + weight.size(1) + ", in2_features=" + weight.size(2) + ", out_features="
                + weight.size(0)
                + ", bias=" + Python.repr(bias != null);
    }
}
