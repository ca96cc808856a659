package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/**
 * Normalisation of each channel over the batch: {@code torch.nn.BatchNorm1d} with momentum 0.1, its keys
 * {@code weight}, {@code bias}, {@code running_mean}, {@code running_var} and {@code num_batches_tracked}. In training
 * it normalises with the batch's mean and biased variance and moves the running ones, the variance unbiased; otherwise
 * it normalises with the running ones.
 */
public final class BatchNorm1d extends BatchNorm {

    /** With PyTorch's epsilon of 1e-5. */
    public BatchNorm1d(long features) {
        this(features, 1e-5);
    }

    /** Weight 1 and bias 0. */
    public BatchNorm1d(long features, double eps) {
        super(features, eps);
    }

    /**
     * x [batch, features] or [batch, features, length] to the same shape.
     *
     * @throws IllegalArgumentException for another number of dimensions
     */
    @Override
    public Tensor forward(Tensor x) {
        int dim = x.dim();
        if (dim != 2 && dim != 3) {
            throw new IllegalArgumentException("BatchNorm1d wants 2 or 3 dimensions, not " + x.signature());
        }
        return normalise(x);
    }
}
