package org.flowprior.torch;

/**
 * An error of libtorch. Its message is one line with the op's name, libtorch's text, and the shapes and dtypes of the
 * arguments. Each subclass is a kind of error that callers may handle.
 */
public class TorchException extends RuntimeException {

    private final String backtrace;

    TorchException(String message, String backtrace) {
        super(message);
        this.backtrace = backtrace;
    }

    /** libtorch's whole text with the C++ backtrace, or null if there is none. */
    public String backtrace() {
        return backtrace;
    }
}
