package org.flowprior.data;

import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** Draws rows without replacement, in memory that does not depend on the number of rows to choose from. */
public final class RandomRows {

    private RandomRows() {}

    /**
     * Draws distinct numbers below a bound, each set equally likely (Floyd's algorithm), in ascending order.
     *
     * @param bound at least the count
     * @param count at least 0
     */
    public static long[] distinct(long bound, long count, long seed) {
        if (count == bound) {
            return LongStream.range(0, bound).toArray();
        }
        SplittableRandom random = new SplittableRandom(seed);
        TreeSet<Long> chosen = new TreeSet<>();
        for (long last = bound - count; last < bound; last++) {
            long candidate = random.nextLong(last + 1);
            if (!chosen.add(candidate)) {
                chosen.add(last);
            }
        }
        return chosen.stream().mapToLong(Long::longValue).toArray();
    }
}
