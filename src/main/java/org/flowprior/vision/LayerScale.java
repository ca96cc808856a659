package org.flowprior.vision;

import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Module;

/** A factor for each channel of a residual branch, key {@code gamma}: timm's {@code LayerScale}. */
final class LayerScale extends Module {

    private static final double INITIAL = 1e-5;

    private final Tensor gamma;

    LayerScale(long width) {
        gamma = registerParameter("gamma", Torch.full(new long[] {width}, INITIAL));
    }

    /** [width] */
    Tensor gamma() {
        return gamma;
    }
}
