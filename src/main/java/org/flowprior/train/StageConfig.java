package org.flowprior.train;

import static org.flowprior.config.ConfigRanges.atLeast;

import org.flowprior.config.Checked;
import org.flowprior.config.ConfigRecords;
import org.flowprior.config.FilePath;
import org.flowprior.torch.Device;
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
    default T withThreads(int number) {
        return ConfigRecords.with(self(), "threads", number);
    }

    /** This config with absolute paths in place of all its {@link FilePath}s. */
    default T withAbsolutePaths() {
        return ConfigRecords.withAbsolutePaths(self());
    }

    @SuppressWarnings("unchecked")
    private T self() {
        return (T) this;
    }

    /**
     * What the constructors of all configs check.
     *
     * @throws IllegalArgumentException for a device of no known form, for negative threads, and for parts that do not
     *                                  fit together
     */
    static void check(String device, int threads, Checked... parts) {
        Device.of(device);
        atLeast("threads", threads, 0);
        for (Checked part : parts) {
            part.check();
        }
    }
}
