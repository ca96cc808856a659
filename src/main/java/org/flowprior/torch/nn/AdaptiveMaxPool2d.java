package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** The largest element of windows such that the output has a given size: {@code torch.nn.AdaptiveMaxPool2d}. */
public final class AdaptiveMaxPool2d extends AdaptivePoolNd<AdaptiveMaxPool2d> {

    /** To this height and width, or this one size for both. */
    public AdaptiveMaxPool2d(long... outputSize) {
        super(2, outputSize);
    }

    /** The output with the positions of its elements in x. */
    public Results.OutputIndices forwardWithIndices(Tensor x) {
        return Functional.adaptiveMaxPool2d(x, outputSize);
    }

    @Override
    Tensor pooled(Tensor x) {
        Results.OutputIndices result = forwardWithIndices(x);
        result.indices().close();
        return result.output();
    }
}
