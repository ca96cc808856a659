package org.flowprior.torch;

import java.nio.charset.StandardCharsets;

/** Derives a seed for each purpose from the seed of a run, so that one part's draws do not change another part's. */
public final class Seeds {

    private Seeds() {}

    /** Returns the seed of that purpose, not negative and different for other purposes and other runs' seeds. */
    public static long derive(long seed, String purpose) {
        long state = seed;
        for (byte b : purpose.getBytes(StandardCharsets.UTF_8)) {
            state = mix(state ^ b);
        }
        return mix(state) >>> 1;
    }

    /** SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }
}
