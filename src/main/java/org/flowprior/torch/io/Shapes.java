package org.flowprior.torch.io;

import java.util.Arrays;
import org.flowprior.torch.DType;

/** Arithmetic on shapes that a file claims. */
final class Shapes {

    /** libtorch itself knows more, but no op does. */
    static final int MAX_DIMENSIONS = 64;

    private Shapes() {}

    /**
     * Bytes of a contiguous tensor.
     *
     * @throws IllegalArgumentException for a negative size, too many dimensions, or where the numbers overflow
     */
    static long bytes(DType dtype, long[] shape) {
        if (shape.length > MAX_DIMENSIONS) {
            throw new IllegalArgumentException(shape.length + " dimensions, of which " + MAX_DIMENSIONS
                    + " are possible");
        }
        long elements = 1;
        // Strides count an empty dimension as one element, and must not overflow either.
        long span = dtype.bytes();
        for (long size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " has a negative size");
            }
            elements = size == 0 ? 0 : elements;
            try {
                span = Math.multiplyExact(span, Math.max(1, size));
            } catch (ArithmeticException e) {
                throw new IllegalArgumentException("shape " + Arrays.toString(shape) + " is too large");
            }
        }
        return elements == 0 ? 0 : span;
    }

    static long elements(long[] shape) {
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        return elements;
    }

    /** Strides of a contiguous tensor, in elements. */
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
