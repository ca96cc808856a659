package org.flowprior.eval;

/** Thrown when a requested metric needs an input that is missing. The message names the metric and what it needs. */
public final class UnmeasurableException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    UnmeasurableException(String message) {
        super(message);
    }
}
