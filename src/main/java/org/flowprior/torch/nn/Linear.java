package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * y = x Wᵀ + b over the last dimension: {@code torch.nn.Linear}, with the keys {@code weight}, [out, in], and
 * {@code bias}, [out].
 */
public final class Linear extends WeightedLayer<Linear> {

    private String printedName = "Linear";

    /** With a bias and PyTorch's initial values from the default generator. */
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
     * @param generator draws the initial values; null for the default generator
     */
    public Linear(long in, long out, boolean bias, Generator generator) {
        super(Torch.empty(out, in), bias ? Torch.empty(out) : null);
        Init.likeLinear(weight, this.bias, generator);
    }

    /** x [..., in] to [..., out]. */
    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.linear(in, weight, bias));
    }

    /** Prints under another name, as PyTorch does for a subclass. Returns this. */
    Linear printedAs(String name) {
        printedName = name;
        return this;
    }

    @Override
    String typeName() {
        return printedName;
    }

    @Override
    protected String extraRepr() {
        return "in_features=" + weight.size(1) + ", out_features=" + weight.size(0) + ", bias="
                + Python.repr(bias != null);
    }
}
