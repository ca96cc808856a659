package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** A layer with the parameters {@code weight} and {@code bias}. */
abstract class WeightedLayer<S extends WeightedLayer<S>> extends TypedLayer<S> {

    final Tensor weight;
    final Tensor bias;

    /** Registers the weight, then the bias, without those that are null. */
    WeightedLayer(Tensor weight, Tensor bias) {
        this.weight = weight == null ? null : registerParameter("weight", weight);
        this.bias = bias == null ? null : registerParameter("bias", bias);
    }

    /** Returns the weight, or null. */
    public final Tensor weight() {
        return weight;
    }

    /** Returns the bias, or null. */
    public final Tensor bias() {
        return bias;
    }
}
