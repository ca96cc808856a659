package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Results;
import org.flowprior.torch.Tensor;

/** The largest element of windows such that the output has a given size: {@code torch.nn.AdaptiveMaxPool1d}. */
public final class AdaptiveMaxPool1d extends AdaptivePoolNd<AdaptiveMaxPool1d> {

    /** To this length. */
    public AdaptiveMaxPool1d(long... outputSize) {
        super(1, outputSize);
    }

    /** The output with the positions of its elements in x. */
    public Results.OutputIndices forwardWithIndices(Tensor x) {
        return Functional.adaptiveMaxPool1d(x, outputSize);
    }

    @Override
    Tensor pooled(Tensor x) {
        Results.OutputIndices result = forwardWithIndices(x);
        result.indices().close();
        return result.output();
    }
}
