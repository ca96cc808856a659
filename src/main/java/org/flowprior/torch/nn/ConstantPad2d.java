package org.flowprior.torch.nn;

/** Adds a value around the last 2 dimensions: {@code torch.nn.ConstantPad2d}. */
public final class ConstantPad2d extends Pad<ConstantPad2d> {

    private final double value;

    /** With this padding on all sides. */
    public ConstantPad2d(long padding, double value) {
        this(new long[] {padding}, value);
    }

    /** With this padding for each side: left, right, top, bottom. */
    public ConstantPad2d(long[] padding, double value) {
        super(2, "constant", value, padding);
        this.value = value;
    }

    @Override
    protected String extraRepr() {
        return "padding=" + super.extraRepr() + ", value=" + Python.repr(value);
    }
}
