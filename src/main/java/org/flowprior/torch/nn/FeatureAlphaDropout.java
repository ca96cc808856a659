package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/**
 * {@link AlphaDropout} of whole channels of x [batch, channels, ...]: {@code torch.nn.FeatureAlphaDropout}.
 */
public final class FeatureAlphaDropout extends DropoutNd<FeatureAlphaDropout> {

    /** With PyTorch's probability of 0.5. */
    public FeatureAlphaDropout() {
        this(0.5);
    }

    /**
     * With this probability.
     *
     * @throws IllegalArgumentException if it is not in [0, 1]
     */
    public FeatureAlphaDropout(double p) {
        super(p);
    }

    @Override
    Tensor drop(Tensor x, double probability, boolean training) {
        return Functional.featureAlphaDropout(x, probability, training);
    }
}
