package org.flowprior.torch;

/**
 * Use of a tensor, scope, generator or module after it, or its scope, was closed. With {@code -Dflowprior.debug=true}
 * the cause shows where.
 */
public final class ClosedException extends IllegalStateException {

    ClosedException(String message, Throwable closedAt) {
        super(message, closedAt);
    }
}
