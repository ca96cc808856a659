package org.flowprior.cli.common;

import org.flowprior.torch.DType;

/** The element type on the disk. */
public enum Storage {
    FLOAT32(DType.FLOAT32), BF16(DType.BFLOAT16);

    private final DType dtype;

    Storage(DType dtype) {
        this.dtype = dtype;
    }

    public DType dtype() {
        return dtype;
    }
}
