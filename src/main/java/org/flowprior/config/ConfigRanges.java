package org.flowprior.config;

/** Checks ranges of config values. Each method throws {@link IllegalArgumentException} with the key. */
public final class ConfigRanges {

    private ConfigRanges() {}

    /** Checks that {@code value >= minimum}. */
    public static void atLeast(String key, long value, long minimum) {
        if (value < minimum) {
            throw new IllegalArgumentException(key + " must be at least " + minimum + ", not " + value);
        }
    }

    /** Checks that the value is finite and above 0. */
    public static void positive(String key, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(key + " must be positive, not " + value);
        }
    }

    /** Checks that the value is finite and at least 0. */
    public static void notNegative(String key, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(key + " must be at least 0, not " + value);
        }
    }

    /** Checks that the value is in [0, 1). */
    public static void shareBelowOne(String key, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(key + " must be in [0, 1), not " + value);
        }
    }
}
