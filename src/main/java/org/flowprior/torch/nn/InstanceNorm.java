package org.flowprior.torch.nn;

import java.util.List;
import java.util.function.UnaryOperator;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Normalisation of each channel of each sample over its elements. Without a weight and running statistics by
 * default, as
 * in PyTorch; with them, the keys are those of {@link BatchNorm}.
 */
public abstract sealed class InstanceNorm<S extends InstanceNorm<S>> extends NormalisedChannels<S>
        permits InstanceNorm1d, InstanceNorm2d, InstanceNorm3d {

    /** PyTorch's arguments: epsilon 1e-5, momentum 0.1, neither a weight nor running statistics. */
    public static final Options DEFAULT = new Options(1e-5, 0.1, false, false);

    private final int spatial;

    InstanceNorm(long features, Options options, int spatial) {
        super(features, options, List.of(spatial + 1, spatial + 2));
        this.spatial = spatial;
    }

    @Override
    final Tensor normalised(Tensor x, Options options) {
        boolean own = isTraining() || runningMean == null;
        double momentum = options.momentum() == null ? 0 : options.momentum();
        UnaryOperator<Tensor> norm = batch -> Functional.instanceNorm(batch, weight, bias, runningMean, runningVar, own,
                momentum, options.eps(), true);
        if (Channels.batched("an instance norm", x, spatial)) {
            return norm.apply(x);
        }
        return Scope.returning(() -> norm.apply(x.unsqueeze(0)).squeeze(0));
    }
}
