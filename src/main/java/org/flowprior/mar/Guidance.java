package org.flowprior.mar;

/**
 * Classifier-free guidance: the head's output is u + s(c &minus; u), where c is its output with the class and u its
 * output without a class.
 *
 * @param scale    1 is no guidance, and u is not computed then
 * @param schedule how the factor s grows over the iterations
 */
public record Guidance(double scale, Schedule schedule) {

    /** How the factor s depends on the scale. */
    public enum Schedule {
        /** Grows with the share of known tokens, from near 1 towards the scale. */
        LINEAR,
        /** The scale at every iteration. */
        CONSTANT
    }

    /** No guidance. */
    public static final Guidance NONE = new Guidance(1, Schedule.CONSTANT);

    /** Throws {@link IllegalArgumentException} unless the scale is finite and at least 0. */
    public Guidance {
        if (!(scale >= 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("the guidance scale must be a number of at least 0, not " + scale);
        }
    }

    /** Returns whether u is needed. */
    public boolean active() {
        return scale != 1;
    }

    /**
     * Returns the factor s of an iteration. As in the official linear schedule, the last factor is 1 + (scale &minus;
     * 1)(L &minus; 1)/L.
     *
     * @param tokens L
     * @param next   number of masked tokens after the iteration, at least 1 also after the last
     */
    public double factor(int tokens, int next) {
        return switch (schedule) {
            case LINEAR -> 1 + (scale - 1) * (tokens - next) / tokens;
            case CONSTANT -> scale;
        };
    }
}
