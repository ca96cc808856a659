package org.flowprior.torch;

/**
 * The native libraries could not be found or loaded. The message is the trace of the search, one step per line, and
 * ends with the remedy.
 */
public final class NativeLibraryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NativeLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
