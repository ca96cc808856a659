package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/**
 * In training, zeroes each element with probability p and divides the others by 1 - p; otherwise returns x itself:
 * {@code torch.nn.Dropout}. Draws from the device's default generator.
 */
public final class Dropout extends DropoutNd<Dropout> {

    /** With PyTorch's probability of 0.5. */
    public Dropout() {
        this(0.5);
    }

    /**
     * With this probability.
     *
     * @throws IllegalArgumentException if it is not in [0, 1]
     */
    public Dropout(double p) {
        super(p);
    }

    @Override
    Tensor drop(Tensor x, double probability, boolean training) {
        return Functional.dropout(x, probability, training);
    }
}
