package org.flowprior.mar;

/**
 * How many tokens each iteration of sampling predicts: after iteration i of T, floor(L cos(&pi;(i + 1)/(2T))) tokens
 * are still masked, but at least one fewer than before and at least one until the last; the last predicts the rest.
 * With as many iterations as tokens, every iteration predicts one.
 *
 * @param tokens     L, at least 1
 * @param iterations T, 1 to L
 */
record MaskSchedule(int tokens, int iterations) {

    /** Throws {@link IllegalArgumentException} for numbers out of range; each iteration must predict a token. */
    MaskSchedule {
        if (tokens < 1) {
            throw new IllegalArgumentException("a mask schedule needs at least 1 token, not " + tokens);
        }
        if (iterations < 1 || iterations > tokens) {
            throw new IllegalArgumentException(tokens + " tokens are sampled in 1 to " + tokens + " iterations, not in "
                    + iterations + ": each must predict at least one token");
        }
    }

    /**
     * Returns the number of masked tokens after an iteration, but 1 after the last, as guidance counts it.
     *
     * @param iteration from 0
     * @param masked    tokens masked before it
     */
    int next(int iteration, int masked) {
        int cosine = (int) Math.floor(tokens * Math.cos(Math.PI / 2 * (iteration + 1) / iterations));
        return Math.max(1, Math.min(masked - 1, cosine));
    }

    /** Returns the number of tokens that each iteration predicts: T numbers of at least 1, with sum L. */
    int[] predicted() {
        int[] predicted = new int[iterations];
        int masked = tokens;
        for (int i = 0; i < iterations - 1; i++) {
            int next = next(i, masked);
            predicted[i] = masked - next;
            masked = next;
        }
        predicted[iterations - 1] = masked;
        return predicted;
    }
}
