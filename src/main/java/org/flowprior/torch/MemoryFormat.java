package org.flowprior.torch;

/** Orders of elements in memory, in the order of libtorch's numbers. */
public enum MemoryFormat {
    /** Row-major. */
    CONTIGUOUS,
    /** As in the source tensor, if it is dense. */
    PRESERVE,
    /** N, H, W, C in memory, for 4-D tensors. */
    CHANNELS_LAST,
    /** N, D, H, W, C in memory, for 5-D tensors. */
    CHANNELS_LAST_3D;

    int code() {
        return ordinal();
    }
}
