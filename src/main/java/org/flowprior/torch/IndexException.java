package org.flowprior.torch;

/** An index outside its dimension. */
public final class IndexException extends TorchException {

    private static final long serialVersionUID = 1;

    IndexException(String message, String backtrace) {
        super(message, backtrace);
    }
}
