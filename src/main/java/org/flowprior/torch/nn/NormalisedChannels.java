package org.flowprior.torch.nn;

import java.util.List;
import java.util.stream.Collectors;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** What batch norms and instance norms share: the checks, the running statistics and the printout. */
public abstract class NormalisedChannels<S extends NormalisedChannels<S>> extends WeightedLayer<S> {

    private final long features;
    private final Options options;
    private final List<Integer> dims;
    final Tensor runningMean;
    final Tensor runningVar;
    final Tensor batches;

    NormalisedChannels(long features, Options options, List<Integer> dims) {
        super(options.affine ? Torch.ones(features) : null, options.affine ? Torch.zeros(features) : null);
        this.features = features;
        this.options = options;
        this.dims = dims;
        boolean tracked = options.trackRunningStats;
        this.runningMean = !tracked ? null : registerBuffer("running_mean", Torch.zeros(features), true);
        this.runningVar = !tracked ? null : registerBuffer("running_var", Torch.ones(features), true);
        this.batches = !tracked ? null
                : registerBuffer("num_batches_tracked", Torch.zeros(new long[0], DType.INT64), true);
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
        return hooked(x, in -> normalised(in, options));
    }

    abstract Tensor normalised(Tensor x, Options arguments);

    @Override
    protected final String extraRepr() {
        return features + ", eps=" + Python.repr(options.eps) + ", momentum="
                + (options.momentum == null ? "None" : Python.repr(options.momentum)) + ", affine="
                + Python.repr(options.affine) + ", bias=" + Python.repr(options.affine) + ", track_running_stats="
                + Python.repr(options.trackRunningStats);
    }

    /**
     * The arguments of PyTorch's constructor other than the number of features.
     *
     * @param momentum          the share of a batch in the running statistics; null for the mean over all batches
     * @param affine            whether there are a weight, 1 at first, and a bias, 0 at first
     * @param trackRunningStats whether running statistics are kept, and used in evaluation
     */
    public record Options(double eps, Double momentum, boolean affine, boolean trackRunningStats) {

        /** With this epsilon. */
        public Options withEps(double value) {
            return new Options(value, momentum, affine, trackRunningStats);
        }

        /** With this momentum, or null. */
        public Options withMomentum(Double value) {
            return new Options(eps, value, affine, trackRunningStats);
        }

        /** With or without a weight and a bias. */
        public Options withAffine(boolean value) {
            return new Options(eps, momentum, value, trackRunningStats);
        }

        /** With or without running statistics. */
        public Options withTrackRunningStats(boolean value) {
            return new Options(eps, momentum, affine, value);
        }
    }
}
