package org.flowprior.config;

/**
 * Thrown if an option, a config or an input file is wrong. The message is one line that names what is wrong and the
 * remedy; the command line prints it and exits with 2.
 */
public final class RequestException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Makes an exception with a message. */
    public RequestException(String message) {
        super(message);
    }

    /** Makes an exception with a message and its cause. */
    public RequestException(String message, Throwable cause) {
        super(message, cause);
    }
}
