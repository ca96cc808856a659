package org.flowprior.torch;

/**
 * Use of something after its end: a tensor, scope, generator or module that was closed, or whose scope was. With
 * {@code -Dflowprior.debug=true} the cause is the place of the closing.
 */
public final class ClosedException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    ClosedException(String message, Throwable closedAt) {
        super(message, closedAt);
    }
}
