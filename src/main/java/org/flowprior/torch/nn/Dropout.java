package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/**
 * In training, zeroes each element with probability p and divides the others by 1 - p; otherwise returns x itself:
 * {@code torch.nn.Dropout}. Draws from the device's default generator.
 */
public final class Dropout extends Layer {

    private final double p;

    /**
     * With this probability.
     *
     * @throws IllegalArgumentException if it is not in [0, 1]
     */
    public Dropout(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("a dropout probability must be in [0, 1], not " + p);
        }
        this.p = p;
    }

    @Override
    public Tensor forward(Tensor x) {
        return Functional.dropout(x, p, isTraining());
    }
}
