package org.flowprior.torch.nn;

/** Adds the elements mirrored at the border around the last 3 dimensions: {@code torch.nn.ReflectionPad3d}. */
public final class ReflectionPad3d extends Pad<ReflectionPad3d> {

    /** With one padding for all sides, or one for each: left, right, top, bottom, front, back. */
    public ReflectionPad3d(long... padding) {
        super(3, "reflect", null, padding);
    }
}
