package org.flowprior.torch;

/** A block in which autograd records nothing on this thread: {@code try (var noGrad = new NoGrad()) { … }}. */
public final class NoGrad extends GradMode {

    /** Begins the block. */
    public NoGrad() {
        super(false);
    }
}
