package org.flowprior.mar;

import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
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

    /** What the bound takes of each training time, the same for all losses. */
    static final class Tables {

        private final double[] xScales;
        private final double[] noiseScales;
        private final double[] dataShares;
        private final double[] xShares;
        private final double[] lowest;
        private final double[] highest;

        /** {@code cumulative}: the products of 1 &minus; &beta; at all training times, two at least. */
        Tables(double[] cumulative) {
            List<DiffusionStep> steps = IntStream.range(0, cumulative.length)
                    .mapToObj(i -> new DiffusionStep(cumulative[i], i == 0 ? 1 : cumulative[i - 1])).toList();
            xScales = table(steps, DiffusionStep::xScale);
            noiseScales = table(steps, DiffusionStep::noiseScale);
            dataShares = table(steps, DiffusionStep::dataShare);
            xShares = table(steps, DiffusionStep::xShare);
            lowest = table(steps, DiffusionStep::lowestLogVariance);
            highest = table(steps, DiffusionStep::highestLogVariance);
            // The posterior at time 0 has no variance; the official code takes the next time's.
            lowest[0] = lowest[1];
        }

        private static double[] table(List<DiffusionStep> steps, ToDoubleFunction<DiffusionStep> value) {
            return steps.stream().mapToDouble(value).toArray();
        }
    }

    /** Of tokens [R, C] that are x at their times [R]. */
    VariationalBound(Tables tables, Tensor times, Tensor target, Tensor x) {
        this.times = times;
        this.target = target;
        this.x = x;
        scale = DiffusionHead.column(tables.xScales, times, target);
        fromNoise = DiffusionHead.column(tables.noiseScales, times, target);
        dataShare = DiffusionHead.column(tables.dataShares, times, target);
        xShare = DiffusionHead.column(tables.xShares, times, target);
        lowest = DiffusionHead.column(tables.lowest, times, target);
        highest = DiffusionHead.column(tables.highest, times, target);
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
