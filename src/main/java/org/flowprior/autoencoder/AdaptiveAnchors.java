package org.flowprior.autoencoder;

import java.util.List;
import org.flowprior.torch.Autograd;
import org.flowprior.torch.DType;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The weights at which gradients are compared to set the adaptive weights of losses (Esser et al., 2021, Eq. 7).
 *
 * @param lastLayer   the weight of the decoder's last layer, for the adversarial loss
 * @param encoderNorm the weight [width] of the encoder's last norm, for the alignment loss
 */
public record AdaptiveAnchors(Tensor lastLayer, Tensor encoderNorm) {

    private static final double EPSILON = 1e-4;
    private static final double LARGEST = 1e4;

    /** Returns the weights of this autoencoder. */
    public static AdaptiveAnchors of(Autoencoder autoencoder) {
        return new AdaptiveAnchors(autoencoder.decoder().lastLayerWeight(), autoencoder.encoder().lastNormWeight());
    }

    /**
     * Returns the factor that brings a loss to the scale of another one: |&nabla; reference| / (|&nabla; loss| + 1e-4),
     * in [0, 1e4], without a gradient of its own. The gradients are with respect to the anchor; both graphs stay.
     *
     * @return a scalar, float32
     */
    static Tensor factor(Tensor reference, Tensor loss, Tensor anchor) {
        return Scope.returning(() -> {
            Tensor wanted = gradientNorm(reference, anchor);
            Tensor actual = gradientNorm(loss, anchor);
            try (NoGrad noGrad = new NoGrad()) {
                return wanted.div(actual.add(EPSILON)).clamp(0, LARGEST);
            }
        });
    }

    private static Tensor gradientNorm(Tensor loss, Tensor anchor) {
        Tensor gradient = Autograd.grad(loss, List.of(anchor), Autograd.Options.RETAIN).getFirst();
        return Linalg.vectorNorm(gradient.to(DType.FLOAT32), 2);
    }
}
