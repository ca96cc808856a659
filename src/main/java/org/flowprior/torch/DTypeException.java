package org.flowprior.torch;

/** An element type that an op does not accept. */
public final class DTypeException extends TorchException {

    private static final long serialVersionUID = 1;

    DTypeException(String message, String backtrace) {
        super(message, backtrace);
    }
}
