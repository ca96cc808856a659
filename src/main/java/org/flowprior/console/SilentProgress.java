package org.flowprior.console;

import java.util.Map;

/** Says nothing. */
final class SilentProgress implements Progress {

    @Override
    public void step(long done) {}

    @Override
    public void row(Map<String, Double> metrics) {}

    @Override
    public void close() {}
}
