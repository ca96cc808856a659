package org.flowprior.torch.nn;

/** Adds zeros around the last 2 dimensions: {@code torch.nn.ZeroPad2d}. */
public final class ZeroPad2d extends Pad<ZeroPad2d> {

    /** With one padding for all sides, or one for each: left, right, top, bottom. */
    public ZeroPad2d(long... padding) {
        super(2, "constant", 0.0, padding);
    }
}
