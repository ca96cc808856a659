package org.flowprior.data.latents;

import java.util.Arrays;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Results;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The statistics of latents that come shard by shard, merged as in Chan, Golub and LeVeque 1979: no difference of large
 * sums.
 */
final class CacheMoments {

    /** Numbers that are turned to float64 at a time. */
    private static final long CHUNK = 1 << 22;

    private final int channels;
    private final boolean gaussian;
    private final double[] mean;
    private final double[] squares;
    private double noise;
    private final double[] channelNoise;
    private long rows;
    private double within;
    private long images;
    private long numbers;
    private double minimum = Double.POSITIVE_INFINITY;
    private double maximum = Double.NEGATIVE_INFINITY;

    CacheMoments(int channels, boolean gaussian) {
        this.channels = channels;
        this.gaussian = gaussian;
        mean = new double[channels];
        squares = new double[channels];
        channelNoise = new double[channels];
    }

    /** Takes latents as they are stored, [n, L, C], or [n, L, 2C] of Gaussians. */
    void add(Tensor stored, boolean flipped) {
        long step = Math.max(1, CHUNK / (stored.size(1) * stored.size(2)));
        for (long from = 0; from < stored.size(0); from += step) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                Tensor part = stored.narrow(0, from, Math.min(step, stored.size(0) - from)).to(DType.FLOAT64);
                Tensor variances = gaussian ? LatentCache.variances(part) : null;
                addChannels(part.narrow(2, 0, channels).flatten(0, 1),
                        gaussian ? variances.flatten(0, 1) : null);
                if (!flipped) {
                    addWithin(part.narrow(2, 0, channels).flatten(1), gaussian ? variances.flatten(1) : null);
                }
            }
        }
    }

    private void addChannels(Tensor values, Tensor variances) {
        long n = values.size(0);
        Tensor partMean = values.mean(0);
        double[] otherMean = partMean.toDoubleArray();
        double[] otherSquares = values.sub(partMean).square_().sum(0).toDoubleArray();
        double total = rows + n;
        for (int c = 0; c < channels; c++) {
            double delta = otherMean[c] - mean[c];
            mean[c] += delta * n / total;
            squares[c] += otherSquares[c] + delta * delta * (rows * n / total);
        }
        rows += n;
        if (variances != null) {
            double[] added = variances.sum(0).toDoubleArray();
            for (int c = 0; c < channels; c++) {
                channelNoise[c] += added[c];
            }
        }
        Results.MinMax ends = values.aminmax();
        minimum = Math.min(minimum, ends.min().item());
        maximum = Math.max(maximum, ends.max().item());
    }

    /** A draw's expected variance is that of the means, and the mean variance less the share that its mean takes up. */
    private void addWithin(Tensor values, Tensor variances) {
        numbers = values.size(1);
        images += values.size(0);
        within += values.sub(values.mean(1).unsqueeze(1)).square_().mean(1).sum().item();
        if (variances != null) {
            noise += variances.mean(1).sum().item();
        }
    }

    CacheStatistics statistics() {
        double pooledMean = Arrays.stream(mean).sum() / channels;
        double pooled = 0;
        double[] std = new double[channels];
        for (int c = 0; c < channels; c++) {
            std[c] = Math.sqrt(squares[c] / Math.max(1, rows - 1) + channelNoise[c] / rows);
            double offset = mean[c] - pooledMean;
            pooled += squares[c] + channelNoise[c] + rows * offset * offset;
        }
        double inner = within + noise * (1 - 1.0 / numbers);
        return new CacheStatistics(mean.clone(), std, pooledMean,
                Math.sqrt(pooled / Math.max(1, (double) rows * channels - 1)),
                Math.sqrt(inner * numbers / Math.max(1, (double) images * numbers - 1)), minimum, maximum);
    }
}
