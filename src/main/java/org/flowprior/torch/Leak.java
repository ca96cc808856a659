package org.flowprior.torch;

import java.lang.ref.Cleaner;

/**
 * The cleaner's part of a tensor outside every scope. It frees nothing itself: it passes the reference to the thread that
 * made the tensor, which frees it between two ops, when none of its calls can use it.
 */
final class Leak implements Runnable {

    private static final System.Logger LOGGER = System.getLogger("org.flowprior.torch");

    private final Counters counters;
    private final Cleaner.Cleanable cleanable;
    private final Throwable madeAt = Scope.DEBUG ? new Throwable("made here") : null;
    private long handle;

    Leak(Object wrapper, long handle, Counters counters) {
        this.handle = handle;
        this.counters = counters;
        this.cleanable = Scope.CLEANER.register(wrapper, this);
    }

    /** Forgets the tensor, which was closed or has a new owner. */
    void settle() {
        handle = 0;
        cleanable.clean();
    }

    @Override
    public void run() {
        if (handle != 0) {
            counters.leak(handle);
            if (madeAt != null) {
                LOGGER.log(System.Logger.Level.WARNING, "a tensor outside every scope was lost without close()",
                        madeAt);
            }
        }
    }
}
