package org.flowprior.torch.nn;

import java.util.List;
import java.util.stream.Collectors;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Normalisation of each channel over the batch, with momentum 0.1. The keys are {@code weight}, {@code bias},
 * {@code running_mean}, {@code running_var}, [features] each, and {@code num_batches_tracked}. In training it
 * normalises with the batch's mean and biased variance and updates the running ones, with the unbiased variance;
 * otherwise it normalises with the running ones.
 */
public abstract sealed class BatchNorm extends WeightedLayer permits BatchNorm1d, BatchNorm2d {

    private static final double MOMENTUM = 0.1;

    private final double eps;
    private final List<Integer> dims;
    private final Tensor runningMean;
    private final Tensor runningVar;
    private final Tensor batches;

    BatchNorm(long features, double eps, List<Integer> dims) {
        super(Torch.ones(features), Torch.zeros(features));
        this.eps = eps;
        this.dims = dims;
        this.runningMean = registerBuffer("running_mean", Torch.zeros(features), true);
        this.runningVar = registerBuffer("running_var", Torch.ones(features), true);
        this.batches = registerBuffer("num_batches_tracked", Torch.zeros(new long[0], DType.INT64), true);
    }

    /**
     * x to the same shape.
     *
     * @throws IllegalArgumentException for a wrong number of dimensions
     */
    @Override
    public final Tensor forward(Tensor x) {
        if (!dims.contains(x.dim())) {
            throw new IllegalArgumentException(getClass().getSimpleName() + " takes "
                    + dims.stream().map(String::valueOf).collect(Collectors.joining(" or ")) + " dimensions, not "
                    + x.signature());
        }
        if (isTraining()) {
            batches.add_(1);
        }
        return Functional.batchNorm(x, weight, bias, runningMean, runningVar, isTraining(), MOMENTUM, eps, true);
    }
}
