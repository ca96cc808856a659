package org.flowprior.cli.common;

import java.util.concurrent.CountDownLatch;
import org.flowprior.console.Console;

/**
 * Ctrl-C and SIGTERM, for as long as it is open, as a request that long work looks at between steps. The JVM's shutdown
 * waits until it is closed, and then ends the process with 130 or 143.
 */
public final class StopHook implements AutoCloseable {

    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook;
    private volatile boolean requested;

    /** With what it says when the signal comes. */
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
                // the signal came this very moment; the latch has let the hook go
            }
        }
    }
}
