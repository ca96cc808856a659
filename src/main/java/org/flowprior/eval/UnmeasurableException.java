package org.flowprior.eval;

/** A metric was asked for that cannot be measured of what is there. The message names the metric and what it needs. */
public final class UnmeasurableException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    /** An exception with that message. */
    UnmeasurableException(String message) {
        super(message);
    }
}
