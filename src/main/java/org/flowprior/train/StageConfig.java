package org.flowprior.train;

import static org.flowprior.config.ConfigRanges.atLeast;

import org.flowprior.config.Checked;
import org.flowprior.config.ConfigRecords;
import org.flowprior.config.FilePath;
import org.flowprior.torch.Device;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Precision;

/**
 * The keys that the configs of all stages have: seed, device, threads, precision and log.
 *
 * @param <T> the config itself
 */
public interface StageConfig<T extends Record & StageConfig<T>> {

    /** Returns the seed of all random numbers. */
    long seed();

    /** Returns the device: {@code cpu}, {@code cuda} or {@code cuda:N}. */
    String device();

    /** Returns the number of threads of an op on the CPU; 0 leaves the choice to libtorch. */
    int threads();

    /** Returns the precision of the networks and the losses. */
    Precision precision();

    /** Returns how often rows and checkpoints are written. */
    Logging log();

    /** Returns this config with another number of threads. */
    @SuppressWarnings("unchecked")
    default T withThreads(int number) {
        return ConfigRecords.with((T) this, "threads", number);
    }

    /** Returns this config with what it leaves open as in the config that a run began with, which it continues. */
    @SuppressWarnings("unchecked")
    default T continuing(T begun) {
        return threads() == 0 ? withThreads(begun.threads()) : (T) this;
    }

    /** Returns this config with all its {@link FilePath}s absolute. */
    @SuppressWarnings("unchecked")
    default T withAbsolutePaths() {
        return ConfigRecords.withAbsolutePaths((T) this);
    }

    /**
     * Checks what the constructors of all configs check.
     *
     * @throws IllegalArgumentException for a device in an unknown form, a negative number of threads, and parts that do
     *                                  not fit together
     */
    static void check(String device, int threads, Checked... parts) {
        Device.of(device);
        atLeast("threads", threads, 0);
        if (threads > Libtorch.MOST_THREADS) {
            throw new IllegalArgumentException("threads must be at most " + Libtorch.MOST_THREADS + ", not " + threads);
        }
        for (Checked part : parts) {
            part.check();
        }
    }
}
