package org.flowprior.torch;

/** What a loss returns, in the order of libtorch's numbers. */
public enum Reduction {
    /** One loss for each element. */
    NONE,
    /** The mean of the elements. */
    MEAN,
    /** The sum of the elements. */
    SUM;

    int code() {
        return ordinal();
    }
}
