package org.flowprior.torch.nn;

/** Adds the element at the border around the last 2 dimensions: {@code torch.nn.ReplicationPad2d}. */
public final class ReplicationPad2d extends Pad<ReplicationPad2d> {

    /** With one padding for all sides, or one for each: left, right, top, bottom. */
    public ReplicationPad2d(long... padding) {
        super(2, "replicate", null, padding);
    }
}
