package org.flowprior.torch.nn;

/** Adds the element at the border around the last dimension: {@code torch.nn.ReplicationPad1d}. */
public final class ReplicationPad1d extends Pad<ReplicationPad1d> {

    /** With one padding for all sides, or one for each: left, right. */
    public ReplicationPad1d(long... padding) {
        super(1, "replicate", null, padding);
    }
}
