package org.flowprior.target;

import java.util.List;
import org.flowprior.torch.Tensor;

/**
 * Features that are read once, from the first to the last, as rows of a {@link FeatureBank}: the rows of a {@linkplain
 * #of tensor}, a {@linkplain TableSource table in a file}, {@linkplain ArraySource array files}, a {@linkplain
 * LatentSource latent cache}, or images through a network. {@link FeatureExtraction} writes them.
 */
public interface FeatureSource extends AutoCloseable {

    /** Takes the rows of a source. */
    @FunctionalInterface
    interface Sink {

        /**
         * Takes rows.
         *
         * @param rows floating point [n, D], valid until this method returns
         * @param done how much of {@link #total} is read with them
         * @return whether more rows are wanted
         * @throws IllegalArgumentException for rows that do not fit the ones before
         */
        boolean add(Tensor rows, long done);
    }

    /** Says where the features come from, for the bank's description. */
    String description();

    /** Returns true if a row holds mean and log-variance side by side, [n, 2D]. */
    default boolean gaussian() {
        return false;
    }

    /** Returns how much there is to read: rows, files or images. */
    long total();

    /**
     * Gives all rows to the sink, in order, until it wants no more.
     *
     * @throws IllegalArgumentException     naming the file, for features that make no rows
     * @throws java.io.UncheckedIOException when a file cannot be read
     */
    void read(Sink sink);

    /** Returns what the user should know after reading, one line each. */
    default List<String> notes() {
        return List.of();
    }

    /** Closes what the source has opened. */
    @Override
    default void close() {}

    /**
     * Makes a source of the rows of one tensor, which must stay open while the source is used.
     *
     * @param rows        floating point [N, D]
     * @param description where they come from
     * @throws IllegalArgumentException for another shape or whole numbers
     */
    static FeatureSource of(Tensor rows, String description) {
        return new TensorSource(rows, description);
    }
}
