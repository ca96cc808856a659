package org.flowprior.torch.nn;

/** Adds the element at the border around the last 3 dimensions: {@code torch.nn.ReplicationPad3d}. */
public final class ReplicationPad3d extends Pad<ReplicationPad3d> {

    /** With one padding for all sides, or one for each: left, right, top, bottom, front, back. */
    public ReplicationPad3d(long... padding) {
        super(3, "replicate", null, padding);
    }
}
