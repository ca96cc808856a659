package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The mean of windows such that the output has a given size: {@code torch.nn.AdaptiveAvgPool2d}. */
public final class AdaptiveAvgPool2d extends AdaptivePoolNd<AdaptiveAvgPool2d> {

    /** To this height and width, or this one size for both. */
    public AdaptiveAvgPool2d(long... outputSize) {
        super(2, outputSize);
    }

    @Override
    Tensor pooled(Tensor x) {
        return Functional.adaptiveAvgPool2d(x, outputSize);
    }
}
