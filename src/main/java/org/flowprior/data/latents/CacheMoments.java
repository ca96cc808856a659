package org.flowprior.data.latents;

import org.flowprior.shards.RunningMoments;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Computes the statistics of latents shard by shard: those of channels, and the deviation within images. */
final class CacheMoments {

    /** Numbers that are converted to float64 at a time. */
    private static final long CHUNK = 1 << 22;

    private final int channels;
    private final boolean gaussian;
    private final RunningMoments moments;
    private double noise;
    private double within;
    private long images;
    private long numbers;

    CacheMoments(int channels, boolean gaussian) {
        this.channels = channels;
        this.gaussian = gaussian;
        moments = new RunningMoments(channels);
    }

    /** Takes stored latents, [n, L, C], or [n, L, 2C] of Gaussians. */
    void add(Tensor stored, boolean flipped) {
        long step = Math.max(1, CHUNK / (stored.size(1) * stored.size(2)));
        for (long from = 0; from < stored.size(0); from += step) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                Tensor part = stored.narrow(0, from, Math.min(step, stored.size(0) - from)).to(DType.FLOAT64);
                Tensor variances = gaussian ? StoreFormat.logVariances(part).exp_() : null;
                moments.add(part.narrow(2, 0, channels).flatten(0, 1), gaussian ? variances.flatten(0, 1) : null);
                if (!flipped) {
                    addWithin(part.narrow(2, 0, channels).flatten(1), gaussian ? variances.flatten(1) : null);
                }
            }
        }
    }

    /** The expected variance of a draw: that of the means, plus the mean variance less that of the draw's mean. */
    private void addWithin(Tensor values, Tensor variances) {
        numbers = values.size(1);
        images += values.size(0);
        within += values.sub(values.mean(1).unsqueeze(1)).square_().mean(1).sum().item();
        if (variances != null) {
            noise += variances.mean(1).sum().item();
        }
    }

    CacheStatistics statistics() {
        double inner = within + noise * (1 - 1.0 / numbers);
        return new CacheStatistics(moments.mean(), moments.deviations(), moments.pooledMean(),
                moments.pooledDeviation(), Math.sqrt(inner * numbers / Math.max(1, (double) images * numbers - 1)),
                moments.minimum(), moments.maximum());
    }
}
