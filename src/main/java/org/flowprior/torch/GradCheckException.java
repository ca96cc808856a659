package org.flowprior.torch;

/** A gradient differs from finite differences; the message has the input, the output and the elements. */
public final class GradCheckException extends RuntimeException {

    GradCheckException(String message) {
        super(message);
    }
}
