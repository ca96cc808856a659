package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Moves pixels into channels, [..., c, h r, w r] to [..., c r², h, w]: {@code torch.nn.PixelUnshuffle}. */
public final class PixelUnshuffle extends TypedLayer<PixelUnshuffle> {

    private final long downscaleFactor;

    /** With PyTorch's arguments. */
    public PixelUnshuffle(long downscaleFactor) {
        this.downscaleFactor = downscaleFactor;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Torch.pixelUnshuffle(in, downscaleFactor));
    }

    @Override
    protected String extraRepr() {
        return "downscale_factor=" + downscaleFactor;
    }
}
