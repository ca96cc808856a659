package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Moves channels into pixels, [..., c r², h, w] to [..., c, h r, w r]: {@code torch.nn.PixelShuffle}. */
public final class PixelShuffle extends TypedLayer<PixelShuffle> {

    private final long upscaleFactor;

    /** With PyTorch's arguments. */
    public PixelShuffle(long upscaleFactor) {
        this.upscaleFactor = upscaleFactor;
    }

    @Override
    public Tensor forward(Tensor x) {
        return hooked(x, in -> Torch.pixelShuffle(in, upscaleFactor));
    }

    @Override
    protected String extraRepr() {
        return "upscale_factor=" + upscaleFactor;
    }
}
