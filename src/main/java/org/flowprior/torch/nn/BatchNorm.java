package org.flowprior.torch.nn;

import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** What batch norms of all dimensions have in common. */
abstract sealed class BatchNorm extends Layer permits BatchNorm1d, BatchNorm2d {

    private static final double MOMENTUM = 0.1;

    private final double eps;
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor runningMean;
    private final Tensor runningVar;
    private final Tensor batches;

    BatchNorm(long features, double eps) {
        this.eps = eps;
        this.weight = registerParameter("weight", Torch.ones(features));
        this.bias = registerParameter("bias", Torch.zeros(features));
        this.runningMean = registerBuffer("running_mean", Torch.zeros(features), true);
        this.runningVar = registerBuffer("running_var", Torch.ones(features), true);
        this.batches = registerBuffer("num_batches_tracked", Torch.zeros(new long[0], DType.INT64), true);
    }

    /** The weight [features]. */
    public final Tensor weight() {
        return weight;
    }

    /** The bias [features]. */
    public final Tensor bias() {
        return bias;
    }

    final Tensor normalise(Tensor x) {
        if (isTraining()) {
            batches.add_(1);
        }
        return Functional.batchNorm(x, weight, bias, runningMean, runningVar, isTraining(), MOMENTUM, eps, true);
    }
}
