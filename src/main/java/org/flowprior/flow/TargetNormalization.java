package org.flowprior.flow;

import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** The official code's ways to normalise the targets of the alignment loss; all are off in the published configs. */
final class TargetNormalization {

    private static final double TINY = 1e-8;
    private static final double DECAY = 0.9997;

    private final AlignmentLoss.Options options;
    private final Tensor movingAverage;

    /** {@code movingAverage}: a scalar, updated in place; null without that option. */
    TargetNormalization(AlignmentLoss.Options options, Tensor movingAverage) {
        this.options = options;
        this.movingAverage = movingAverage;
    }

    /** {@code y}: [N, D]. Returns [N, D]; statistics over the batch count as constants. */
    Tensor forward(Tensor y) {
        if (!options.normTarget()) {
            return y;
        }
        if (options.unitNorm()) {
            return toLength(y, 1);
        }
        Tensor constant = y.detach();
        if (options.movingAvgStd()) {
            update(constant.std());
            return y.mul(movingAverage).add(constant.mean(1, true));
        }
        return y.sub(constant.mean()).div(constant.std().add(TINY));
    }

    private void update(Tensor std) {
        try (NoGrad noGrad = new NoGrad()) {
            Tensor next = movingAverage.mul(DECAY).add(std.mul(1 - DECAY));
            movingAverage.copy_(Torch.where(movingAverage.lt(TINY), std.to(movingAverage.dtype()), next));
        }
    }

    /** Scales rows to this length. */
    static Tensor toLength(Tensor rows, double length) {
        return rows.mul(length).div(rows.norm(2, 1, true).clampMin(1e-12));
    }
}
