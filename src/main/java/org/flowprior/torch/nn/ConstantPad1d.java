package org.flowprior.torch.nn;

/** Adds a value around the last dimension: {@code torch.nn.ConstantPad1d}. */
public final class ConstantPad1d extends Pad<ConstantPad1d> {

    private final double value;

    /** With this padding on all sides. */
    public ConstantPad1d(long padding, double value) {
        this(new long[] {padding}, value);
    }

    /** With this padding for each side: left, right. */
    public ConstantPad1d(long[] padding, double value) {
        super(1, "constant", value, padding);
        this.value = value;
    }

    @Override
    protected String extraRepr() {
        return "padding=" + super.extraRepr() + ", value=" + Python.repr(value);
    }
}
