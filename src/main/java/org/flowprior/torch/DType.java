package org.flowprior.torch;

import java.util.Arrays;

/** Element types, with libtorch's numbers; the numbers are compared with the library's own at start. */
public enum DType {
    UINT8(0, 1, "Byte"),
    INT8(1, 1, "Char"),
    INT16(2, 2, "Short"),
    INT32(3, 4, "Int"),
    INT64(4, 8, "Long"),
    FLOAT16(5, 2, "Half"),
    FLOAT32(6, 4, "Float"),
    FLOAT64(7, 8, "Double"),
    COMPLEX32(8, 4, "ComplexHalf"),
    COMPLEX64(9, 8, "ComplexFloat"),
    COMPLEX128(10, 16, "ComplexDouble"),
    BOOL(11, 1, "Bool"),
    BFLOAT16(15, 2, "BFloat16"),
    FLOAT8_E5M2(23, 1, "Float8_e5m2"),
    FLOAT8_E4M3FN(24, 1, "Float8_e4m3fn"),
    UINT16(27, 2, "UInt16"),
    UINT32(28, 4, "UInt32"),
    UINT64(29, 8, "UInt64");

    private static final DType[] BY_CODE = new DType[64];

    static {
        Arrays.stream(values()).forEach(d -> BY_CODE[d.code] = d);
    }

    private final int code;
    private final int bytes;
    private final String nativeName;

    DType(int code, int bytes, String nativeName) {
        this.code = code;
        this.bytes = bytes;
        this.nativeName = nativeName;
    }

    /** Size of an element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** True for the real floating-point types. */
    public boolean isFloatingPoint() {
        return switch (this) {
            case FLOAT16, FLOAT32, FLOAT64, BFLOAT16, FLOAT8_E5M2, FLOAT8_E4M3FN -> true;
            default -> false;
        };
    }

    /** True for the complex types. */
    public boolean isComplex() {
        return this == COMPLEX32 || this == COMPLEX64 || this == COMPLEX128;
    }

    /** PyTorch's name, for example {@code float32}. */
    @Override
    public String toString() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    int code() {
        return code;
    }

    /** libtorch's name of the type. */
    String nativeName() {
        return nativeName;
    }

    static DType ofCode(long code) {
        DType dtype = code >= 0 && code < BY_CODE.length ? BY_CODE[(int) code] : null;
        if (dtype == null) {
            throw new DTypeException("dtype number " + code + " of libtorch is none that flowprior knows", null);
        }
        return dtype;
    }
}
