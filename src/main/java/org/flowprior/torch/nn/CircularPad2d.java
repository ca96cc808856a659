package org.flowprior.torch.nn;

/** Adds the elements of the other end around the last 2 dimensions: {@code torch.nn.CircularPad2d}. */
public final class CircularPad2d extends Pad<CircularPad2d> {

    /** With one padding for all sides, or one for each: left, right, top, bottom. */
    public CircularPad2d(long... padding) {
        super(2, "circular", null, padding);
    }
}
