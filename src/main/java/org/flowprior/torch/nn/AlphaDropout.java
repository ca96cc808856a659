package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/**
 * Dropout that keeps mean and variance of standard normal values, for SELU networks: {@code torch.nn.AlphaDropout}.
 */
public final class AlphaDropout extends DropoutNd<AlphaDropout> {

    /** With PyTorch's probability of 0.5. */
    public AlphaDropout() {
        this(0.5);
    }

    /**
     * With this probability.
     *
     * @throws IllegalArgumentException if it is not in [0, 1]
     */
    public AlphaDropout(double p) {
        super(p);
    }

    @Override
    Tensor drop(Tensor x, double probability, boolean training) {
        return Functional.alphaDropout(x, probability, training);
    }
}
