package org.flowprior.torch.io;

import java.util.Arrays;
import org.flowprior.torch.DType;

/** The format's names of element types, in the order by which the Python library sorts tensors, last first. */
enum SafetensorsType {
    BOOL(DType.BOOL), U8(DType.UINT8), I8(DType.INT8), F8_E5M2(DType.FLOAT8_E5M2), F8_E4M3(DType.FLOAT8_E4M3FN),
    I16(DType.INT16), U16(DType.UINT16), F16(DType.FLOAT16), BF16(DType.BFLOAT16), I32(DType.INT32), U32(DType.UINT32),
    F32(DType.FLOAT32), C64(DType.COMPLEX64), F64(DType.FLOAT64), I64(DType.INT64), U64(DType.UINT64);

    final DType dtype;

    SafetensorsType(DType dtype) {
        this.dtype = dtype;
    }

    /** Returns the type of that name, or null. */
    static SafetensorsType named(String name) {
        return Arrays.stream(values()).filter(t -> t.name().equals(name)).findFirst().orElse(null);
    }

    /** Returns the type of these elements, or null if the format has none. */
    static SafetensorsType of(DType dtype) {
        return Arrays.stream(values()).filter(t -> t.dtype == dtype).findFirst().orElse(null);
    }
}
