package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** The largest element of windows such that the output has a given size: {@code torch.nn.AdaptiveMaxPool3d}. */
public final class AdaptiveMaxPool3d extends AdaptivePoolNd<AdaptiveMaxPool3d> {

    /** To this depth, height and width, or this one size for all. */
    public AdaptiveMaxPool3d(long... outputSize) {
        super(3, outputSize);
    }

    /** The output with the positions of its elements in x. */
    public Results.OutputIndices forwardWithIndices(Tensor x) {
        return Functional.adaptiveMaxPool3d(x, outputSize);
    }

    @Override
    Tensor pooled(Tensor x) {
        Results.OutputIndices result = forwardWithIndices(x);
        result.indices().close();
        return result.output();
    }
}
