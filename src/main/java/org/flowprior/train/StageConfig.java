package org.flowprior.train;

import org.flowprior.torch.Precision;

/**
 * What the configs of all stages have: where and in what a run computes, and what it writes along the way.
 *
 * @param <T> the config itself
 */
public interface StageConfig<T extends Record & StageConfig<T>> {

    /** Fixes all randomness. */
    long seed();

    /** {@code cpu}, {@code cuda} or {@code cuda:N}. */
    String device();

    /** Threads of an op on the CPU; 0 leaves the choice to libtorch. */
    int threads();

    /** What losses are computed in. */
    Precision precision();

    /** What is written along the way. */
    Logging log();

    /** This config with so many threads. */
    T withThreads(int number);

    /** This config with its files by their whole paths, so that a run goes on from any directory. */
    T withWholePaths();
}
