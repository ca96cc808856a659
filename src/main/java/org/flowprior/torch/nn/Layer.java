package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** A module that maps a tensor to a tensor. */
public abstract class Layer extends Module {

    /** An empty layer in training mode. */
    protected Layer() {}

    /** Returns the output: a new tensor in the innermost scope, or x itself. Does not close x. */
    public abstract Tensor forward(Tensor x);
}
