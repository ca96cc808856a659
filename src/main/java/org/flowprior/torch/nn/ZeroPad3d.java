package org.flowprior.torch.nn;

/** Adds zeros around the last 3 dimensions: {@code torch.nn.ZeroPad3d}. */
public final class ZeroPad3d extends Pad<ZeroPad3d> {

    /** With one padding for all sides, or one for each: left, right, top, bottom, front, back. */
    public ZeroPad3d(long... padding) {
        super(3, "constant", 0.0, padding);
    }
}
