package org.flowprior.torch.nn;

/** Adds a value around the last 3 dimensions: {@code torch.nn.ConstantPad3d}. */
public final class ConstantPad3d extends Pad<ConstantPad3d> {

    private final double value;

    /** With this padding on all sides. */
    public ConstantPad3d(long padding, double value) {
        this(new long[] {padding}, value);
    }

    /** With this padding for each side: left, right, top, bottom, front, back. */
    public ConstantPad3d(long[] padding, double value) {
        super(3, "constant", value, padding);
        this.value = value;
    }

    @Override
    protected String extraRepr() {
        return "padding=" + super.extraRepr() + ", value=" + Python.repr(value);
    }
}
