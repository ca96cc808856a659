package org.flowprior.config;

/**
 * What was asked for cannot be done as it was asked: an option, a config or an input file is wrong. The message is one
 * line that names the culprit and the remedy; the command line prints it and exits with 2.
 */
public final class RequestException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** An exception with that message. */
    public RequestException(String message) {
        super(message);
    }

    /** An exception with that message and cause. */
    public RequestException(String message, Throwable cause) {
        super(message, cause);
    }
}
