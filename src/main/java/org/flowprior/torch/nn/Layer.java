package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** A module that makes one tensor of one tensor. */
public abstract class Layer extends Module {

    /** A layer without parts, in training mode. */
    protected Layer() {}

    /** What the layer makes of the input, in the innermost scope. */
    public abstract Tensor forward(Tensor x);
}
