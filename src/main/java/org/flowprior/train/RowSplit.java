package org.flowprior.train;

import java.util.Arrays;
import org.flowprior.config.RequestException;
import org.flowprior.data.RandomRows;

/**
 * Which rows of a bank are held out, chosen by the seed, and the numbers 0, 1, &hellip; of all others, in their order.
 * Its memory depends only on the number of held-out rows, not on the size of the bank.
 */
public final class RowSplit {

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
    public static RowSplit of(long rows, int count, long seed) {
        return new RowSplit(rows, RandomRows.distinct(rows, count, seed));
    }

    /**
     * A bank, with the words for an error message if too many of its rows are held out.
     *
     * @param name       the bank's
     * @param rows       how many it has
     * @param noun       what the rows are; the key under {@code evaluation} that says how many are held out
     * @param validation the key under {@code data} that names other rows for validation
     * @param least      how many must remain for training; half of the rows must in any case
     */
    public record Whole(Object name, long rows, String noun, String validation, int least) {}

    /**
     * As {@link #of}, if that leaves enough.
     *
     * @throws RequestException when too few rows remain
     */
    public static RowSplit holdingOut(Whole bank, int count, long seed) {
        if (bank.rows - count < Math.max(bank.least, bank.rows / 2)) {
            throw new RequestException(bank.name + " has " + bank.rows + " " + bank.noun + ": holding out " + count
                    + " (evaluation." + bank.noun + ") leaves too few to train on; lower it, or name "
                    + bank.validation);
        }
        return of(bank.rows, count, seed);
    }

    /** The held-out rows, in their order. */
    public long[] heldOut() {
        return heldOut.clone();
    }

    /** How many rows are trained on. */
    public long training() {
        return rows - heldOut.length;
    }

    /** The bank's rows of these numbers below {@link #training}. */
    public long[] rows(long[] numbers) {
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
