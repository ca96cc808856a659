package org.flowprior.torch.nn;

import java.util.Arrays;

/** One number for each dimension. */
final class Sizes {

    private Sizes() {}

    /** Returns the values, or a single one repeated; throws if there are neither one nor as many as dimensions. */
    static long[] of(int dims, long... values) {
        if (values.length == 1) {
            long[] all = new long[dims];
            Arrays.fill(all, values[0]);
            return all;
        }
        if (values.length != dims) {
            throw new IllegalArgumentException(Arrays.toString(values) + " is neither one number nor " + dims);
        }
        return values.clone();
    }
}
