package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/**
 * In training, zeroes whole channels of x [batch, channels, depth, height, width] or [channels, depth, height,
 * width] with probability
 * p and divides the others by 1 - p: {@code torch.nn.Dropout3d}.
 */
public final class Dropout3d extends DropoutNd<Dropout3d> {

    /** With PyTorch's probability of 0.5. */
    public Dropout3d() {
        this(0.5);
    }

    /**
     * With this probability.
     *
     * @throws IllegalArgumentException if it is not in [0, 1]
     */
    public Dropout3d(double p) {
        super(p);
    }

    @Override
    Tensor drop(Tensor x, double probability, boolean training) {
        return Channels.dropped(x, 3, probability, training);
    }
}
