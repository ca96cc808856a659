package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x if it is above the threshold, else the value: {@code torch.nn.Threshold}. */
public final class Threshold extends TypedLayer<Threshold> {

    private final double threshold;
    private final double value;

    /** With PyTorch's arguments. */
    public Threshold(double threshold, double value) {
        this.threshold = threshold;
        this.value = value;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.threshold(in, threshold, value));
    }

    @Override
    protected String extraRepr() {
        return "threshold=" + Python.repr(threshold) + ", value=" + Python.repr(value);
    }
}
