package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The mean of windows such that the output has a given size: {@code torch.nn.AdaptiveAvgPool1d}. */
public final class AdaptiveAvgPool1d extends AdaptivePoolNd<AdaptiveAvgPool1d> {

    /** To this length. */
    public AdaptiveAvgPool1d(long... outputSize) {
        super(1, outputSize);
    }

    @Override
    Tensor pooled(Tensor x) {
        return Functional.adaptiveAvgPool1d(x, outputSize);
    }
}
