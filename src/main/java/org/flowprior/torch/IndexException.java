package org.flowprior.torch;

/** An index outside its dimension. */
public final class IndexException extends TorchException {

    IndexException(String message, String backtrace) {
        super(message, backtrace);
    }
}
