package org.flowprior.target;

import java.util.List;
import org.flowprior.torch.Tensor;

/**
 * Features that are read once, in order, as rows of a {@link FeatureBank}: rows of a {@linkplain #of tensor}, a
 * {@linkplain TableSource table in a file}, {@linkplain ArraySource array files}, a {@linkplain LatentSource latent
 * cache}, or images through a network. {@link FeatureExtraction} writes them.
 */
public interface FeatureSource extends AutoCloseable {

    /** Takes the rows of a source. */
    @FunctionalInterface
    interface Sink {

        /**
         * Takes rows.
         *
         * @param rows floating point [n, D], valid until this method returns
         * @param done how much of {@link #total} has been read, these rows included
         * @return whether more rows are wanted
         * @throws IllegalArgumentException for rows that do not fit the earlier ones
         */
        boolean add(Tensor rows, long done);
    }

    /** Returns where the features come from, for the bank's description. */
    String description();

    /** Returns true if a row holds mean and log-variance side by side, [n, 2D]. */
    default boolean gaussian() {
        return false;
    }

    /** Returns how much there is to read, in the {@link #unit}. */
    long total();

    /** Returns in what {@link #total} counts: rows, files or images. */
    default String unit() {
        return "rows";
    }

    /**
     * Gives all rows to the sink, in order, until it returns false.
     *
     * @throws IllegalArgumentException     naming the file, for features that are not rows
     * @throws java.io.UncheckedIOException when a file cannot be read
     */
    void read(Sink sink);

    /** Returns notes for the user after reading, one line each. */
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
