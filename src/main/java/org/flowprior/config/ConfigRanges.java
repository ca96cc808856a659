package org.flowprior.config;

/** Ranges of config values; each throws {@link IllegalArgumentException}, which names the key. */
public final class ConfigRanges {

    private ConfigRanges() {}

    public static void atLeast(String key, long value, long minimum) {
        if (value < minimum) {
            throw new IllegalArgumentException(key + " must be at least " + minimum + ", not " + value);
        }
    }

    public static void positive(String key, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(key + " must be positive, not " + value);
        }
    }

    public static void notNegative(String key, double value) {
        if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(key + " must be at least 0, not " + value);
        }
    }

    public static void shareBelowOne(String key, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new IllegalArgumentException(key + " must be in [0, 1), not " + value);
        }
    }
}
