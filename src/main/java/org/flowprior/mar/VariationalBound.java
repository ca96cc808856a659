package org.flowprior.mar;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The terms of the variational bound of a diffusion (Ho et al. 2020, Eq. 5): the divergence of the reverse step from its
 * true posterior, and at time 0 the negative log-likelihood of the data, rounded to steps of 2/255 in [-1, 1].
 */
final class VariationalBound {

    private static final double STEP = 1.0 / 255;
    private static final double EDGE = 0.999;
    private static final double LEAST = 1e-12;

    private final double[] xScales;
    private final double[] noiseScales;
    private final double[] dataShares;
    private final double[] xShares;
    private final double[] lowestLogVariances;
    private final double[] highestLogVariances;

    /** {@code cumulative}: the products of 1 &minus; &beta; at all training times, at least two. */
    VariationalBound(double[] cumulative) {
        List<DiffusionStep> steps = IntStream.range(0, cumulative.length)
                .mapToObj(i -> new DiffusionStep(cumulative[i], i == 0 ? 1 : cumulative[i - 1])).toList();
        Function<ToDoubleFunction<DiffusionStep>, double[]> table =
                value -> steps.stream().mapToDouble(value).toArray();
        xScales = table.apply(DiffusionStep::xScale);
        noiseScales = table.apply(DiffusionStep::noiseScale);
        dataShares = table.apply(DiffusionStep::dataShare);
        xShares = table.apply(DiffusionStep::xShare);
        lowestLogVariances = table.apply(DiffusionStep::lowestLogVariance);
        highestLogVariances = table.apply(DiffusionStep::highestLogVariance);
        // The posterior at time 0 has no variance; the official code takes the next time's.
        lowestLogVariances[0] = lowestLogVariances[1];
    }

    /**
     * Computes the bound's terms in bits per channel.
     *
     * @param times  [R], int64
     * @param target the tokens, [R, C]
     * @param x      the tokens with noise, [R, C]
     * @param noise  the predicted noise, [R, C]
     * @param share  the position of the logarithm of the variance between its bounds, [R, C], from 0 to 1
     * @return [R]
     */
    Tensor of(Tensor times, Tensor target, Tensor x, Tensor noise, Tensor share) {
        Function<double[], Tensor> at = table -> DiffusionHead.column(table, times, target);
        Tensor lowest = at.apply(lowestLogVariances);
        Tensor highest = at.apply(highestLogVariances);
        Tensor dataShare = at.apply(dataShares);
        Tensor xShare = at.apply(xShares);
        Tensor data = x.mul(at.apply(xScales)).sub(noise.mul(at.apply(noiseScales)));
        Tensor mean = data.mul(dataShare).addcmul(x, xShare);
        Tensor trueMean = target.mul(dataShare).addcmul(x, xShare);
        Tensor logVariance = lowest.add(share.mul(highest.sub(lowest)));
        Tensor atZero = logLikelihood(target, mean, logVariance).neg();
        Tensor later = divergence(trueMean, lowest, mean, logVariance);
        return Torch.where(times.eq(0), atZero.mean(1), later.mean(1)).div(Math.log(2));
    }

    /** Computes the divergence between normal distributions, in nats. */
    private static Tensor divergence(Tensor mean, Tensor logVariance, Tensor otherMean, Tensor otherLogVariance) {
        Tensor distance = mean.sub(otherMean).square().mul(otherLogVariance.neg().exp());
        Tensor ratio = logVariance.sub(otherLogVariance);
        return distance.add(ratio.exp()).sub(ratio).sub(1).mul(0.5);
    }

    private static Tensor logLikelihood(Tensor target, Tensor mean, Tensor logVariance) {
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

    /** Computes the official approximation with tanh. */
    private static Tensor cumulativeNormal(Tensor x) {
        return x.add(x.pow(3).mul(0.044715)).mul(Math.sqrt(2 / Math.PI)).tanh().add(1).mul(0.5);
    }
}
