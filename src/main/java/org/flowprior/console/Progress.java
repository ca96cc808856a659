package org.flowprior.console;

import java.util.Map;

/** How far some long work has come. */
public interface Progress extends AutoCloseable {

    /** So many steps are done. */
    void step(long done);

    /** The newest row of metrics. */
    void row(Map<String, Double> metrics);

    /** The work has ended, for good or ill. */
    @Override
    void close();
}
