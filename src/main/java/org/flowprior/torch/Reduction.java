package org.flowprior.torch;

/** What a loss does with its elements, with libtorch's numbers. */
public enum Reduction {
    NONE(0),
    MEAN(1),
    SUM(2);

    private final int code;

    Reduction(int code) {
        this.code = code;
    }

    long code() {
        return code;
    }
}
