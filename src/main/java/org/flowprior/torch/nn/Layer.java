package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** A module that makes one tensor of one tensor. */
public abstract class Layer extends Module {

    /** A layer without parts, in training mode. */
    protected Layer() {}

    /** What the layer makes of the input: a new tensor in the innermost scope, or x itself. The layer closes no x. */
    public abstract Tensor forward(Tensor x);
}
