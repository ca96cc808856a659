package org.flowprior.mar;

import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The terms of the variational bound of a diffusion (Ho et al. 2020, Eq. 5): the divergence of the step backward from
 * its true posterior, and at time 0 the negative log-likelihood of the data, rounded to steps of 2/255 in [-1, 1].
 */
final class VariationalBound {

    private static final double STEP = 1.0 / 255;
    private static final double EDGE = 0.999;
    private static final double LEAST = 1e-12;

    private final Tensor times;
    private final Tensor target;
    private final Tensor x;
    private final Tensor fromNoise;
    private final Tensor scale;
    private final Tensor dataShare;
    private final Tensor xShare;
    private final Tensor lowest;
    private final Tensor highest;

    /** Of tokens [R, C] that are x at their times [R]. */
    VariationalBound(double[] cumulative, Tensor times, Tensor target, Tensor x) {
        this.times = times;
        this.target = target;
        this.x = x;
        int count = cumulative.length;
        double[] scales = new double[count];
        double[] noises = new double[count];
        double[] datas = new double[count];
        double[] xs = new double[count];
        double[] lows = new double[count];
        double[] highs = new double[count];
        for (int i = 0; i < count; i++) {
            double before = i == 0 ? 1 : cumulative[i - 1];
            double beta = 1 - cumulative[i] / before;
            scales[i] = Math.sqrt(1 / cumulative[i]);
            noises[i] = Math.sqrt(1 / cumulative[i] - 1);
            datas[i] = beta * Math.sqrt(before) / (1 - cumulative[i]);
            xs[i] = (1 - before) * Math.sqrt(1 - beta) / (1 - cumulative[i]);
            highs[i] = Math.log(beta);
            lows[i] = Math.log(beta * (1 - before) / (1 - cumulative[i]));
        }
        // The posterior at time 0 has no variance; the official code takes the next time's.
        lows[0] = lows[1];
        scale = DiffusionHead.column(scales, times, target);
        fromNoise = DiffusionHead.column(noises, times, target);
        dataShare = DiffusionHead.column(datas, times, target);
        xShare = DiffusionHead.column(xs, times, target);
        lowest = DiffusionHead.column(lows, times, target);
        highest = DiffusionHead.column(highs, times, target);
    }

    /**
     * The bound's terms in bits for each channel.
     *
     * @param noise the predicted noise, [R, C]
     * @param share where the logarithm of the variance lies between its bounds, [R, C]
     * @return [R]
     */
    Tensor of(Tensor noise, Tensor share) {
        Tensor data = x.mul(scale).sub(noise.mul(fromNoise));
        Tensor mean = posteriorMean(data);
        Tensor logVariance = lowest.add(share.mul(highest.sub(lowest)));
        Tensor atZero = logLikelihood(mean, logVariance).neg();
        Tensor later = divergence(posteriorMean(target), lowest, mean, logVariance);
        return Torch.where(times.eq(0), atZero.mean(1), later.mean(1)).div(Math.log(2));
    }

    private Tensor posteriorMean(Tensor data) {
        return data.mul(dataShare).addcmul(x, xShare);
    }

    /** Of normals, in nats. */
    private static Tensor divergence(Tensor mean, Tensor logVariance, Tensor otherMean, Tensor otherLogVariance) {
        Tensor distance = mean.sub(otherMean).square().mul(otherLogVariance.neg().exp());
        Tensor ratio = logVariance.sub(otherLogVariance);
        return distance.add(ratio.exp()).sub(ratio).sub(1).mul(0.5);
    }

    private Tensor logLikelihood(Tensor mean, Tensor logVariance) {
        Tensor centered = target.sub(mean);
        Tensor inverse = logVariance.mul(-0.5).exp();
        Tensor above = cumulativeNormal(centered.add(STEP).mul(inverse));
        Tensor below = cumulativeNormal(centered.sub(STEP).mul(inverse));
        Tensor between = Torch.where(target.gt(EDGE), log(below.neg().add(1)), log(above.sub(below)));
        return Torch.where(target.lt(-EDGE), log(above), between);
    }

    private static Tensor log(Tensor probability) {
        return probability.clampMin(LEAST).log();
    }

    /** The official approximation with tanh. */
    private static Tensor cumulativeNormal(Tensor x) {
        return x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)).tanh().add(1).mul(0.5);
    }
}
