package org.flowprior.train;

/** Thrown if training was told to stop: it stopped after a complete step and wrote a checkpoint. */
public final class StoppedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    StoppedException(String message) {
        super(message);
    }
}
