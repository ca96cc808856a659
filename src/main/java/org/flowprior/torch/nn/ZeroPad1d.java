package org.flowprior.torch.nn;

/** Adds zeros around the last dimension: {@code torch.nn.ZeroPad1d}. */
public final class ZeroPad1d extends Pad<ZeroPad1d> {

    /** With one padding for all sides, or one for each: left, right. */
    public ZeroPad1d(long... padding) {
        super(1, "constant", 0.0, padding);
    }
}
