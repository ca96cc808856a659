package org.flowprior.train;

import java.util.Arrays;

/**
 * Which rows of a bank are held out, chosen by the seed, and the numbers 0, 1, &hellip; of all others, in their order.
 * It takes the memory of the held-out rows alone, whatever the size of the bank.
 */
final class RowSplit {

    private final long rows;
    private final long[] heldOut;
    /** For each held-out row the number of training rows before it. */
    private final long[] before;

    private RowSplit(long rows, long[] heldOut) {
        this.rows = rows;
        this.heldOut = heldOut;
        this.before = new long[heldOut.length];
        Arrays.setAll(before, k -> heldOut[k] - k);
    }

    /** Holds out {@code count} of the rows, any as likely as any other. */
    static RowSplit of(long rows, int count, long seed) {
        return new RowSplit(rows, RandomRows.distinct(rows, count, seed));
    }

    /** The held-out rows, in their order. */
    long[] heldOut() {
        return heldOut.clone();
    }

    /** How many rows are trained on. */
    long training() {
        return rows - heldOut.length;
    }

    /** The bank's rows of these numbers below {@link #training}. */
    long[] rows(long[] numbers) {
        return Arrays.stream(numbers).map(this::row).toArray();
    }

    private long row(long number) {
        int low = 0;
        int high = before.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (before[middle] <= number) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return number + low;
    }
}
