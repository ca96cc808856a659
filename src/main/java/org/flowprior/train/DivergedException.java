package org.flowprior.train;

/** Thrown if a metric becomes infinite or NaN. The message names the step and the metric. */
public final class DivergedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    DivergedException(String message) {
        super(message);
    }
}
