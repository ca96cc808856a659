package org.flowprior.autoencoder;

import org.flowprior.torch.Tensor;

/** The tokens themselves: [B, patches, width]. */
public final class ToPixelIdentity extends ToPixel {

    ToPixelIdentity() {}

    @Override
    public Tensor lastLayerWeight() {
        throw new UnsupportedOperationException("toPixel identity has no last layer; the adaptive weight wants linear, "
                + "conv or siren");
    }

    @Override
    public Tensor forward(Tensor tokens) {
        return tokens.share();
    }
}
