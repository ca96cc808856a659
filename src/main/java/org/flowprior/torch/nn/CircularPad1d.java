package org.flowprior.torch.nn;

/** Adds the elements of the other end around the last dimension: {@code torch.nn.CircularPad1d}. */
public final class CircularPad1d extends Pad<CircularPad1d> {

    /** With one padding for all sides, or one for each: left, right. */
    public CircularPad1d(long... padding) {
        super(1, "circular", null, padding);
    }
}
