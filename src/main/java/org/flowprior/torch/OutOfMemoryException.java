package org.flowprior.torch;

/** Too little memory for an op. */
public final class OutOfMemoryException extends TorchException {

    OutOfMemoryException(String message, String backtrace) {
        super(message, backtrace);
    }
}
