package org.flowprior.torch;

/**
 * An error of libtorch: one line with the op's name, the message, and the shapes and dtypes of the arguments. The
 * subclasses tell the kinds that callers tell apart.
 */
public class TorchException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final String backtrace;

    TorchException(String message, String backtrace) {
        super(message);
        this.backtrace = backtrace;
    }

    /** libtorch's whole text with the C++ backtrace, or null where it gave none. */
    public String backtrace() {
        return backtrace;
    }
}
