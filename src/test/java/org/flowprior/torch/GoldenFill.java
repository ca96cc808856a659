package org.flowprior.torch;

import java.util.Arrays;

/** Fills the tensors of golden tests of generator and evaluation with a hash of a place and an index. */
public final class GoldenFill {

    private GoldenFill() {}

    /** In [-1, 1). */
    public static double u(int place, int i) {
        int h = (i + 1) * 0x9E3779B1 + place * 0x85EBCA77;
        h = (h ^ h >>> 16) * 0x7FEB352D;
        h = (h ^ h >>> 15) * 0x846CA68B;
        return Integer.toUnsignedLong(h ^ h >>> 16) / 0x1p31 - 1;
    }

    /** scale u(place, i) + shift in float32, i counting through the shape. */
    public static Tensor values(int place, double scale, double shift, long... shape) {
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (scale * u(place, i) + shift);
        }
        return Tensor.of(values, shape);
    }
}
