package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The cosine of the angle between two vectors: {@code torch.nn.CosineSimilarity}. */
public final class CosineSimilarity extends TypedModule<CosineSimilarity> {

    private final long dim;
    private final double eps;

    /** Along dimension 1, with PyTorch's epsilon of 1e-8. */
    public CosineSimilarity() {
        this(1, 1e-8);
    }

    /** Along this dimension; norms count as epsilon at least. */
    public CosineSimilarity(long dim, double eps) {
        this.dim = dim;
        this.eps = eps;
    }

    /** Two tensors of one shape to that shape without the dimension. */
    public Tensor forward(Tensor x1, Tensor x2) {
        return hooked(List.of(x1, x2), in -> Functional.cosineSimilarity(in.get(0), in.get(1), dim, eps));
    }
}
