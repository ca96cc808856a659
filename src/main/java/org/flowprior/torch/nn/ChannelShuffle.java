package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Takes channels from each group in turn: {@code torch.nn.ChannelShuffle}. */
public final class ChannelShuffle extends TypedLayer<ChannelShuffle> {

    private final long groups;

    /** With PyTorch's arguments. */
    public ChannelShuffle(long groups) {
        this.groups = groups;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Torch.channelShuffle(in, groups));
    }

    @Override
    protected String extraRepr() {
        return "groups=" + groups;
    }
}
