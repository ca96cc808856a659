package org.flowprior.console;

import java.util.Map;

/** The progress of long work. The methods here show nothing. */
public interface Progress extends AutoCloseable {

    /** Shows the number of steps that are done. */
    default void step(long done) {}

    /** Shows the newest row of metrics. */
    default void row(Map<String, Double> metrics) {}

    /** Ends the display; the work has ended or failed. */
    @Override
    default void close() {}
}
