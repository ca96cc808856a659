package org.flowprior.torch;

/** Use from a thread that may not: a virtual one, or another one than the scope's. The message says what to do. */
public final class ThreadException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    ThreadException(String message) {
        super(message);
    }
}
