package org.flowprior.autoencoder;

import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.Layer;

/** Takes the mean and deviation that LPIPS has for ImageNet out of images in [-1, 1]. */
final class LpipsScaling extends Layer {

    private final Tensor shift;
    private final Tensor scale;

    LpipsScaling() {
        shift = registerBuffer("shift", Tensor.of(new float[] {-0.030f, -0.088f, -0.188f}, 1, 3, 1, 1), true);
        scale = registerBuffer("scale", Tensor.of(new float[] {0.458f, 0.448f, 0.450f}, 1, 3, 1, 1), true);
    }

    @Override
    public Tensor forward(Tensor x) {
        return x.sub(shift).div(scale);
    }
}
