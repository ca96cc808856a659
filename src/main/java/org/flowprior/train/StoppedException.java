package org.flowprior.train;

/** Training was asked to stop, and did so after a whole step and with a checkpoint. */
public final class StoppedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    StoppedException(String message) {
        super(message);
    }
}
