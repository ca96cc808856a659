package org.flowprior.torch;

/** A matrix that an op of linear algebra cannot use, for example a singular one. */
public final class LinearAlgebraException extends TorchException {

    LinearAlgebraException(String message, String backtrace) {
        super(message, backtrace);
    }
}
