package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/**
 * In training, zeroes whole channels of x [batch, channels, length] or [channels, length] with probability
 * p and divides the others by 1 - p: {@code torch.nn.Dropout1d}.
 */
public final class Dropout1d extends DropoutNd<Dropout1d> {

    /** With PyTorch's probability of 0.5. */
    public Dropout1d() {
        this(0.5);
    }

    /**
     * With this probability.
     *
     * @throws IllegalArgumentException if it is not in [0, 1]
     */
    public Dropout1d(double p) {
        super(p);
    }

    @Override
    Tensor drop(Tensor x, double probability, boolean training) {
        return Channels.dropped(x, 1, probability, training);
    }
}
