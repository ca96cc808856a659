package org.flowprior.torch;

/** Orders of elements in memory, with libtorch's numbers. */
public enum MemoryFormat {
    /** Row-major. */
    CONTIGUOUS(0),
    /** As the source tensor, where it is dense. */
    PRESERVE(1),
    /** N, H, W, C in memory, for 4-D tensors. */
    CHANNELS_LAST(2),
    /** N, D, H, W, C in memory, for 5-D tensors. */
    CHANNELS_LAST_3D(3);

    private final int code;

    MemoryFormat(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
