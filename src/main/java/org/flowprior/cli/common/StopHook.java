package org.flowprior.cli.common;

import java.util.concurrent.CountDownLatch;
import org.flowprior.console.Console;

/**
 * Turns Ctrl-C and SIGTERM into a request to stop, which long work checks between steps. After a signal the JVM waits
 * until the hook is closed, and then ends the process with 130 or 143.
 */
public final class StopHook implements AutoCloseable {

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean requested;

    /** Installs the hook. It prints the announcement when a signal comes. */
    public StopHook(Console console, String announcement) {
        hook = new Thread(() -> {
            requested = true;
            console.say("\n" + announcement);
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, "stop");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Returns true once a signal has come. */
    public boolean isRequested() {
        return requested;
    }

    @Override
    public void close() {
        closed.countDown();
        if (!requested) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // the signal came at this moment; the latch has released the hook
            }
        }
    }
}
