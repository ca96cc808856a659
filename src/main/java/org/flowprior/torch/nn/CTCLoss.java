package org.flowprior.torch.nn;

import org.flowprior.torch.Functional;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Tensor;

/** Connectionist temporal classification (Graves et al., 2006): {@code torch.nn.CTCLoss}. */
public final class CTCLoss extends TypedModule<CTCLoss> {

    private final long blank;
    private final Reduction reduction;
    private final boolean zeroInfinity;

    /** With PyTorch's defaults. */
    public CTCLoss() {
        this(0, Reduction.MEAN, false);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param blank        the class that stands for no label
     * @param zeroInfinity whether infinite losses, of targets that do not fit, become 0
     */
    public CTCLoss(long blank, Reduction reduction, boolean zeroInfinity) {
        this.blank = blank;
        this.reduction = reduction;
        this.zeroInfinity = zeroInfinity;
    }

    /**
     * Returns the loss.
     *
     * @param logProbs      [time, batch, classes]
     * @param targets       int64 [batch, longest], or all joined
     * @param inputLengths  int64 [batch]
     * @param targetLengths int64 [batch]
     */
    public Tensor forward(Tensor logProbs, Tensor targets, Tensor inputLengths, Tensor targetLengths) {
        return hooked(logProbs, in -> Functional.ctcLoss(in, targets, inputLengths, targetLengths, blank, reduction,
                zeroInfinity));
    }
}
