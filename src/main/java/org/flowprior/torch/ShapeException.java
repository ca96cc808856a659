package org.flowprior.torch;

/** Shapes or values that an op does not accept. */
public final class ShapeException extends TorchException {

    ShapeException(String message, String backtrace) {
        super(message, backtrace);
    }
}
