package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Tensor;

/**
 * Normalisation of each channel over the batch. The keys are {@code weight}, {@code bias}, {@code running_mean},
 * {@code running_var}, [features] each, and {@code num_batches_tracked}. In training it normalises with the batch's
 * mean and biased variance and updates the running ones, with the unbiased variance; otherwise it normalises with the
 * running ones, or with the batch's if there are none.
 */
public abstract sealed class BatchNorm<S extends BatchNorm<S>> extends NormalisedChannels<S>
        permits BatchNorm1d, BatchNorm2d, BatchNorm3d {

    /** PyTorch's arguments: epsilon 1e-5, momentum 0.1, a weight and a bias, running statistics. */
    public static final Options DEFAULT = new Options(1e-5, 0.1, true, true);

    BatchNorm(long features, Options options, List<Integer> dims) {
        super(features, options, dims);
    }

    @Override
    final Tensor normalised(Tensor x, Options options) {
        if (isTraining() && batches != null) {
            batches.add_(1);
        }
        double momentum = options.momentum() != null ? options.momentum()
                : batches != null && isTraining() ? 1 / batches.item() : 0;
        return Functional.batchNorm(x, weight, bias, runningMean, runningVar, isTraining() || runningMean == null,
                momentum, options.eps(), true);
    }
}
