package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/**
 * 1 - cosine where the target is 1, max(0, cosine - margin) where it is -1: {@code torch.nn.CosineEmbeddingLoss}.
 */
public final class CosineEmbeddingLoss extends TypedModule<CosineEmbeddingLoss> {

    private final double margin;
    private final Reduction reduction;

    /** With PyTorch's defaults. */
    public CosineEmbeddingLoss() {
        this(0, Reduction.MEAN);
    }

    /** With PyTorch's arguments. */
    public CosineEmbeddingLoss(double margin, Reduction reduction) {
        this.margin = margin;
        this.reduction = reduction;
    }

    /** Two tensors [batch, size], and targets [batch] of 1 or -1. */
    public Tensor forward(Tensor input1, Tensor input2, Tensor target) {
        return hooked(List.of(input1, input2, target),
                in -> Functional.cosineEmbeddingLoss(in.get(0), in.get(1), in.get(2),
                        margin, reduction));
    }
}
