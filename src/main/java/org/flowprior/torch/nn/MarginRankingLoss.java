package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * max(0, -y (x1 - x2) + margin): {@code torch.nn.MarginRankingLoss}.
 */
public final class MarginRankingLoss extends TypedModule<MarginRankingLoss> {

    private final double margin;
    private final Reduction reduction;

    /** With PyTorch's defaults. */
    public MarginRankingLoss() {
        this(0, Reduction.MEAN);
    }

    /** With PyTorch's arguments. */
    public MarginRankingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** Three tensors of one shape; y is 1 if x1 should be larger, else -1. */
    public Tensor forward(Tensor x1, Tensor x2, Tensor y) {
        return hooked(List.of(x1, x2, y), in -> Functional.marginRankingLoss(in.get(0), in.get(1), in.get(2), margin,
                reduction));
    }
}
