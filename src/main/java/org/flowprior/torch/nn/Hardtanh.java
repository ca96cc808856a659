package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** x between two bounds: {@code torch.nn.Hardtanh}. */
public final class Hardtanh extends TypedLayer<Hardtanh> {

    private final double minVal;
    private final double maxVal;

    /** With PyTorch's defaults. */
    public Hardtanh() {
        this(-1, 1);
    }

    /** With PyTorch's arguments. */
    public Hardtanh(double minVal, double maxVal) {
        this.minVal = minVal;
        this.maxVal = maxVal;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Functional.hardtanh(in, minVal, maxVal));
    }

    @Override
    protected String extraRepr() {
        return "min_val=" + Python.repr(minVal) + ", max_val=" + Python.repr(maxVal);
    }
}
