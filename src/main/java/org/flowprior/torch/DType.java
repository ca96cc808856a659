package org.flowprior.torch;

import java.util.Arrays;
import java.util.Locale;

/** Element types, with libtorch's numbers, which are compared with those of the loaded library. */
public enum DType {
    /** Unsigned 8-bit integer. */
    UINT8(0, 1, "Byte"),
    /** Signed 8-bit integer. */
    INT8(1, 1, "Char"),
    /** Signed 16-bit integer. */
    INT16(2, 2, "Short"),
    /** Signed 32-bit integer. */
    INT32(3, 4, "Int"),
    /** Signed 64-bit integer. */
    INT64(4, 8, "Long"),
    /** IEEE half precision. */
    FLOAT16(5, 2, "Half"),
    /** IEEE single precision. */
    FLOAT32(6, 4, "Float"),
    /** IEEE double precision. */
    FLOAT64(7, 8, "Double"),
    /** Two float16. */
    COMPLEX32(8, 4, "ComplexHalf"),
    /** Two float32. */
    COMPLEX64(9, 8, "ComplexFloat"),
    /** Two float64. */
    COMPLEX128(10, 16, "ComplexDouble"),
    /** True or false, a byte each. */
    BOOL(11, 1, "Bool"),
    /** 16 bits: 8 of exponent, 7 of fraction. */
    BFLOAT16(15, 2, "BFloat16"),
    /** 8 bits: 5 of exponent, 2 of fraction. */
    FLOAT8_E5M2(23, 1, "Float8_e5m2"),
    /** 8 bits: 4 of exponent, 3 of fraction; no infinities. */
    FLOAT8_E4M3FN(24, 1, "Float8_e4m3fn"),
    /** Unsigned 16-bit integer. */
    UINT16(27, 2, "UInt16"),
    /** Unsigned 32-bit integer. */
    UINT32(28, 4, "UInt32"),
    /** Unsigned 64-bit integer. */
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

    /** True if this is one of the real floating-point types. */
    public boolean isFloatingPoint() {
        return switch (this) {
            case FLOAT16, FLOAT32, FLOAT64, BFLOAT16, FLOAT8_E5M2, FLOAT8_E4M3FN -> true;
            default -> false;
        };
    }

    /** True if this is one of the complex types. */
    public boolean isComplex() {
        return this == COMPLEX32 || this == COMPLEX64 || this == COMPLEX128;
    }

    /** PyTorch's name, for example {@code float32}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
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
            throw new DTypeException("dtype number " + code + " of libtorch is unknown to flowprior", null);
        }
        return dtype;
    }
}
