package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** A module that maps a tensor to a tensor. */
public abstract class Layer extends TypedModule<Layer> {

    /** An empty layer in training mode. */
    protected Layer() {}

    /** Returns the output: a new tensor in the innermost scope, or x itself. Does not close x. */
    public abstract Tensor forward(Tensor x);

    /** {@code layer(x)} in PyTorch: {@link #forward} between the hooks of this layer. */
    public final Tensor call(Tensor x) {
        return hooked(x, this::forward);
    }

    /** Runs {@link #summary(Runnable)} on zeros of this shape, of the parameters' dtype and on their device. */
    public final Summary summary(long... inputShape) {
        return summary(() -> {
            Tensor like = parameters().stream().findFirst().orElseGet(() -> Torch.zeros(1));
            call(Torch.zeros(inputShape, like.dtype(), like.device()));
        });
    }
}
