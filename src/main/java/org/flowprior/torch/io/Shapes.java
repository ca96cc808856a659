package org.flowprior.torch.io;

import java.util.Arrays;
import org.flowprior.torch.DType;

/** Arithmetic on shapes that a file claims. */
final class Shapes {

    /** The limit of libtorch's ops; its tensors themselves may have more. */
    static final int MAX_DIMENSIONS = 64;

    private Shapes() {}

    /**
     * Returns the bytes of a contiguous tensor.
     *
     * @throws IllegalArgumentException for a negative size, too many dimensions, or an overflow
     */
    static long bytes(DType dtype, long[] shape) {
        if (shape.length > MAX_DIMENSIONS) {
            throw new IllegalArgumentException(shape.length + " dimensions are more than " + MAX_DIMENSIONS);
        }
        // Strides count an empty dimension as one element, and must not overflow either.
        long span = dtype.bytes();
        try {
            for (long size : shape) {
                if (size < 0) {
                    throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has a negative size");
                }
                span = Math.multiplyExact(span, Math.max(1, size));
            }
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " is too large");
        }
        return elements(shape) == 0 ? 0 : span;
    }

    /** Returns the number of elements; {@link #bytes} must have accepted the shape. */
    static long elements(long[] shape) {
        return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    /** Returns the strides of a contiguous tensor, in elements. */
    static long[] strides(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= Math.max(1, shape[d]);
        }
        return strides;
    }
}
