package org.flowprior.train;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.flowprior.config.RequestException;
import org.flowprior.data.RandomRows;

/**
 * A split of a bank's rows into held-out rows, drawn with a seed, and training rows, which are numbered 0, 1, &hellip;
 * in order. Its memory depends only on the number of held-out rows, not on the size of the bank.
 */
public final class RowSplit {

    private final long rows;
    private final long[] heldOut;
    /** The number of training rows before each held-out row. */
    private final long[] before;

    private RowSplit(long rows, long[] heldOut) {
        this.rows = rows;
        this.heldOut = heldOut;
        this.before = new long[heldOut.length];
        Arrays.setAll(before, k -> heldOut[k] - k);
    }

    /** Holds out {@code count} of the rows, drawn uniformly without replacement. */
    public static RowSplit of(long rows, int count, long seed) {
        return new RowSplit(rows, RandomRows.distinct(rows, count, seed));
    }

    /**
     * A bank, with the words for an error message if too many of its rows are held out.
     *
     * @param name       the bank's name
     * @param rows       number of its rows
     * @param noun       the noun for the rows; also the key under {@code evaluation} with the number of held-out rows
     * @param validation the key under {@code data} that names other rows for validation
     * @param least      number of rows that must remain for training; at least half of all must remain in any case
     */
    public record Whole(Object name, long rows, String noun, String validation, int least) {}

    /**
     * Holds out rows as {@link #of} does.
     *
     * @throws RequestException if too few rows remain
     */
    public static RowSplit holdingOut(Whole bank, int count, long seed) {
        if (bank.rows - count < Math.max(bank.least, bank.rows / 2)) {
            throw new RequestException(("%s has %d %s: holding out %d (evaluation.%3$s) leaves too few to train on; "
                    + "lower it, or name %s").formatted(bank.name, bank.rows, bank.noun, count, bank.validation));
        }
        return of(bank.rows, count, seed);
    }

    /** Returns the held-out rows, ascending. */
    public long[] heldOut() {
        return heldOut.clone();
    }

    /** Returns the number of training rows. */
    public long training() {
        return rows - heldOut.length;
    }

    /** Returns the bank's rows that are the training rows with these numbers, each below {@link #training}. */
    public long[] rows(long[] numbers) {
        return Arrays.stream(numbers).map(this::row).toArray();
    }

    /** Returns all training rows, ascending. */
    public long[] trainingRows() {
        return LongStream.range(0, training()).map(this::row).toArray();
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
