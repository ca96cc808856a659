package org.flowprior.torch;

/** An op without a kernel for this device or element type. */
public final class NotImplementedException extends TorchException {

    NotImplementedException(String message, String backtrace) {
        super(message, backtrace);
    }
}
