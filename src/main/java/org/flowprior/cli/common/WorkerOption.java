package org.flowprior.cli.common;

import picocli.CommandLine.Option;

/** The option {@code --workers} of commands that read images. */
public final class WorkerOption {

    @Option(names = "--workers", paramLabel = "N", description = "threads that decode images (default: all cores)")
    private Integer workers;

    /** Returns the number of threads that decode images. */
    public int count() {
        return workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    }
}
