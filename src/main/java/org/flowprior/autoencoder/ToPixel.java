package org.flowprior.autoencoder;

import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Layer;

/**
 * What makes pixels of a decoder's tokens, its keys behind {@code to_pixel.model}. The output is linear: nothing brings
 * it into [-1, 1].
 */
public abstract sealed class ToPixel extends Layer
        permits ToPixelLinear, ToPixelConv, ToPixelSiren, ToPixelIdentity {

    ToPixel() {}

    /**
     * The weight of the last layer, with respect to which the adaptive weight of the adversarial loss compares
     * gradients.
     *
     * @throws UnsupportedOperationException where there is no layer
     */
    public abstract Tensor lastLayerWeight();

    /** Tokens [B, patches, width] to images [B, 3, H, W], or to whatever {@link ToPixelKind#IDENTITY} gives. */
    @Override
    public abstract Tensor forward(Tensor tokens);
}
