package org.flowprior.torch;

/** A call on the wrong thread: a virtual one, or not the scope's. The message says what to do. */
public final class ThreadException extends IllegalStateException {

    ThreadException(String message) {
        super(message);
    }
}
