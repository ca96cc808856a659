package org.flowprior.torch;

/** An element type that an op does not accept. */
public final class DTypeException extends TorchException {

    DTypeException(String message, String backtrace) {
        super(message, backtrace);
    }
}
