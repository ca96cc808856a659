package org.flowprior.torch;

/** The allocator could not serve an op. */
public final class OutOfMemoryException extends TorchException {

    private static final long serialVersionUID = 1;

    OutOfMemoryException(String message, String backtrace) {
        super(message, backtrace);
    }
}
