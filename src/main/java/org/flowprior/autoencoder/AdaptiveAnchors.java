package org.flowprior.autoencoder;

import org.flowprior.torch.Tensor;

/**
 * The weights whose gradients set adaptive weights of losses.
 *
 * @param lastLayer   the weight of the decoder's last layer, for the adversarial loss
 * @param encoderNorm the weight of the encoder's last norm, for the alignment loss
 */
public record AdaptiveAnchors(Tensor lastLayer, Tensor encoderNorm) {

    /** Those of that autoencoder. */
    public static AdaptiveAnchors of(Autoencoder autoencoder) {
        return new AdaptiveAnchors(autoencoder.decoder().lastLayerWeight(), autoencoder.encoder().lastNormWeight());
    }
}
