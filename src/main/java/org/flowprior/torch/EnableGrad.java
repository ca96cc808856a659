package org.flowprior.torch;

/** A block in which autograd records on this thread, even inside a {@link NoGrad} block. */
public final class EnableGrad extends GradMode {

    /** Begins the block. */
    public EnableGrad() {
        super(true);
    }
}
