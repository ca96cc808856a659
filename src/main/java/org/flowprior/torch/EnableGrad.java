package org.flowprior.torch;

/** A block in which autograd records on this thread, within a {@link NoGrad} block too. */
public final class EnableGrad extends GradMode {

    /** Begins the block. */
    public EnableGrad() {
        super(true);
    }
}
