package org.flowprior.cli.features;

import java.util.List;
import org.flowprior.torch.Tensor;

/** Where features come from. */
interface FeaturesSource extends AutoCloseable {

    /** What takes the rows. */
    @FunctionalInterface
    interface Sink {

        /**
         * Takes rows.
         *
         * @param rows floating point [n, D]
         * @param done how much of {@link #total} is done with them
         * @return whether more are wanted
         */
        boolean add(Tensor rows, long done);
    }

    /** What the bank is to say of its origin. */
    String description();

    /** Whether the rows are mean and log-variance, whatever was asked for. */
    boolean gaussian();

    /** How much there is to do, in whatever unit. */
    long total();

    /** Hands out all rows, until no more are wanted. */
    void read(Sink sink);

    /** What the user should know when all is done; a line each. */
    default List<String> notes() {
        return List.of();
    }

    @Override
    default void close() {}
}
