package org.flowprior.torch.nn;

import java.util.List;
import java.util.Objects;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/** A loss of two tensors: {@code torch.nn}'s losses, reduced to their mean by default. */
public abstract class Loss<S extends Loss<S>> extends TypedModule<S> {

    final Reduction reduction;

    Loss(Reduction reduction) {
        this.reduction = Objects.requireNonNull(reduction, "reduction");
    }

    /** Returns the loss: a scalar, or one value for each element or sample without reduction. */
    public final Tensor forward(Tensor input, Tensor target) {
        return hooked(List.of(input, target), in -> loss(in.get(0), in.get(1)));
    }

    abstract Tensor loss(Tensor input, Tensor target);

    /** Registers a weight as a buffer, as PyTorch does, unless it is null. Returns it. */
    final Tensor weightBuffer(String name, Tensor weight) {
        return weight == null ? null : registerBuffer(name, weight, true);
    }
}
