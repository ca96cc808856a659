package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The mean of windows such that the output has a given size: {@code torch.nn.AdaptiveAvgPool3d}. */
public final class AdaptiveAvgPool3d extends AdaptivePoolNd<AdaptiveAvgPool3d> {

    /** To this depth, height and width, or this one size for all. */
    public AdaptiveAvgPool3d(long... outputSize) {
        super(3, outputSize);
    }

    @Override
    Tensor pooled(Tensor x) {
        return Functional.adaptiveAvgPool3d(x, outputSize);
    }
}
