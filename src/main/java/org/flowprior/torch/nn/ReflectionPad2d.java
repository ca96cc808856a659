package org.flowprior.torch.nn;

/** Adds the elements mirrored at the border around the last 2 dimensions: {@code torch.nn.ReflectionPad2d}. */
public final class ReflectionPad2d extends Pad<ReflectionPad2d> {

    /** With one padding for all sides, or one for each: left, right, top, bottom. */
    public ReflectionPad2d(long... padding) {
        super(2, "reflect", null, padding);
    }
}
