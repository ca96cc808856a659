package org.flowprior.torch.nn;

/** Adds the elements mirrored at the border around the last dimension: {@code torch.nn.ReflectionPad1d}. */
public final class ReflectionPad1d extends Pad<ReflectionPad1d> {

    /** With one padding for all sides, or one for each: left, right. */
    public ReflectionPad1d(long... padding) {
        super(1, "reflect", null, padding);
    }
}
