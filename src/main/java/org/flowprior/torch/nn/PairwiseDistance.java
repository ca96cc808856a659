package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/** The p-norm of the difference of two vectors: {@code torch.nn.PairwiseDistance}. */
public final class PairwiseDistance extends TypedModule<PairwiseDistance> {

    private final double p;
    private final double eps;
    private final boolean keepdim;

    /** The Euclidean distance, with PyTorch's epsilon of 1e-6. */
    public PairwiseDistance() {
        this(2, 1e-6, false);
    }

    /** With PyTorch's arguments; epsilon is added to each difference. */
    public PairwiseDistance(double p, double eps, boolean keepdim) {
        this.p = p;
        this.eps = eps;
        this.keepdim = keepdim;
    }

    /** Two tensors [..., size] to [...]. */
    public Tensor forward(Tensor x1, Tensor x2) {
        return hooked(List.of(x1, x2), in -> Functional.pairwiseDistance(in.get(0), in.get(1), p, eps, keepdim));
    }
}
