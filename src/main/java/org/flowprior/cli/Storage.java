package org.flowprior.cli;

import org.flowprior.torch.DType;

/** The element type on the disk. */
enum Storage {
    FLOAT32(DType.FLOAT32), BF16(DType.BFLOAT16);

    private final DType dtype;

    Storage(DType dtype) {
        this.dtype = dtype;
    }

    DType dtype() {
        return dtype;
    }
}
