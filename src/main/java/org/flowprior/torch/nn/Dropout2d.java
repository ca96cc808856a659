package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/**
 * In training, zeroes whole channels of x [batch, channels, height, width] or [channels, height, width] with
 * probability
 * p and divides the others by 1 - p: {@code torch.nn.Dropout2d}.
 */
public final class Dropout2d extends DropoutNd<Dropout2d> {

    /** With PyTorch's probability of 0.5. */
    public Dropout2d() {
        this(0.5);
    }

    /**
     * With this probability.
     *
     * @throws IllegalArgumentException if it is not in [0, 1]
     */
    public Dropout2d(double p) {
        super(p);
    }

    @Override
    Tensor drop(Tensor x, double probability, boolean training) {
        return Channels.dropped(x, 2, probability, training);
    }
}
