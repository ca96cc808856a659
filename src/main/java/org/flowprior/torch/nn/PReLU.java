package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** x if positive, else a learned slope times x: {@code torch.nn.PReLU}, with the key {@code weight}. */
public final class PReLU extends WeightedLayer<PReLU> {

    /** With one slope of 0.25. */
    public PReLU() {
        this(1, 0.25);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param count one slope for all channels, or one for each channel, dimension 1
     * @param init  the first value of the slopes
     */
    public PReLU(long count, double init) {
        super(Init.constant_(Torch.empty(count), init), null);
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> in.prelu(weight));
    }

    @Override
    protected String extraRepr() {
        return "num_parameters=" + weight.numel();
    }
}
