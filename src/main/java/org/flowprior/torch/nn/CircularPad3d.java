package org.flowprior.torch.nn;

/** Adds the elements of the other end around the last 3 dimensions: {@code torch.nn.CircularPad3d}. */
public final class CircularPad3d extends Pad<CircularPad3d> {

    /** With one padding for all sides, or one for each: left, right, top, bottom, front, back. */
    public CircularPad3d(long... padding) {
        super(3, "circular", null, padding);
    }
}
