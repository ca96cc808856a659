package org.flowprior.mar;

/**
 * Classifier-free guidance: the head's network gives u + s(c &minus; u), where c is its output for the class and u for
 * no class.
 *
 * @param scale    the scale asked for; 1 is no guidance, and then u is not computed
 * @param schedule how the factor s grows over the iterations
 */
public record Guidance(double scale, Schedule schedule) {

    /** How the factor follows from the scale. */
    public enum Schedule {
        /** From near 1 towards the scale, with the share of the tokens that are known. */
        LINEAR,
        /** The scale at every iteration. */
        CONSTANT
    }

    /** No guidance. */
    public static final Guidance NONE = new Guidance(1, Schedule.CONSTANT);

    /** Throws {@link IllegalArgumentException} for a scale that is not a finite number of at least 0. */
    public Guidance {
        if (!(scale >= 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException("the guidance scale must be a number of at least 0, not " + scale);
        }
    }

    /** Whether the output without a class is needed. */
    public boolean active() {
        return scale != 1;
    }

    /**
     * The factor s of an iteration. The official linear schedule counts the mask after the iteration as at least 1, so
     * that its last factor is 1 + (scale &minus; 1)(L &minus; 1)/L; so does this.
     *
     * @param tokens L
     * @param next   the mask's length after the iteration, counted as at least 1
     */
    public double factor(int tokens, int next) {
        return switch (schedule) {
            case LINEAR -> 1 + (scale - 1) * (tokens - next) / tokens;
            case CONSTANT -> scale;
        };
    }
}
