package org.flowprior.torch;

/** The native libraries were not found or not loaded. The message lists the steps of the search and then the remedy. */
public final class NativeLibraryException extends RuntimeException {

    NativeLibraryException(String message, Throwable cause) {
        super(message, cause);
    }
}
