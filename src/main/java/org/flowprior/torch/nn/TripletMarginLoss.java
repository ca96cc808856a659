package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * max(0, |anchor - positive| - |anchor - negative| + margin): {@code torch.nn.TripletMarginLoss}. With {@code swap} the
 * distance of positive and negative counts if it is smaller than that of anchor and negative.
 */
public final class TripletMarginLoss extends TypedModule<TripletMarginLoss> {

    private final double margin;
    private final double p;
    private final double eps;
    private final boolean swap;
    private final Reduction reduction;

    /** With PyTorch's defaults. */
    public TripletMarginLoss() {
        this(1, 2, 1e-6, false, Reduction.MEAN);
    }

    /** With PyTorch's arguments. */
    public TripletMarginLoss(double margin, double p, double eps, boolean swap, Reduction reduction) {
        this.margin = margin;
        this.p = p;
        this.eps = eps;
        this.swap = swap;
        this.reduction = reduction;
    }

    /** Three tensors [batch, size]; distances are p-norms. */
    public Tensor forward(Tensor anchor, Tensor positive, Tensor negative) {
        return hooked(List.of(anchor, positive, negative),
                in -> Functional.tripletMarginLoss(in.get(0), in.get(1), in.get(2),
                        margin, p, eps, swap, reduction));
    }
}
