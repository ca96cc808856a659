package org.flowprior.mar;

import java.util.function.IntFunction;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Ancestral sampling of a diffusion head (Ho et al. 2020, Alg. 2) at S of the 1000 training times, with the learned
 * variance of Nichol and Dhariwal (2021, Eq. 15), as the official {@code SpacedDiffusion}. The data are not clipped.
 */
final class DiffusionSampler implements TokenSampler {

    private final double temperature;
    private final double[] times;
    private final double[] cumulative;

    /** {@code cumulative}: the products of 1 &minus; &beta; at all training times. */
    DiffusionSampler(HeadSampling sampling, double[] cumulative) {
        sampling.requireDiffusion();
        int steps = sampling.steps();
        if (steps > cumulative.length) {
            throw new IllegalArgumentException("a diffusion head has " + cumulative.length
                    + " times, so at most as many steps, not " + steps);
        }
        temperature = sampling.temperature();
        times = new double[steps];
        this.cumulative = new double[steps];
        double stride = (cumulative.length - 1.0) / (steps - 1);
        double position = 0;
        for (int k = steps - 1; k >= 0; k--) {
            // The published spacing sums strides, which rounds to other times than multiplying them now and then.
            int time = (int) Math.rint(position);
            times[k] = time;
            this.cumulative[k] = cumulative[time];
            position += stride;
        }
    }

    @Override
    public double[] times() {
        return times.clone();
    }

    @Override
    public Tensor sample(Evaluation network, IntFunction<Tensor> noise) {
        Tensor x = noise.apply(0);
        for (int k = 0; k < times.length; k++) {
            Tensor before = x;
            int time = k;
            x = Scope.returning(() -> step(time, before, network.at(time, before), noise));
        }
        return x;
    }

    /** Takes one step; {@code output}: [n, 2C], the noise in x and the position of the variance between its bounds. */
    private Tensor step(int k, Tensor x, Tensor output, IntFunction<Tensor> noise) {
        long channels = x.size(1);
        Tensor predicted = output.narrow(1, 0, channels).to(x.dtype());
        DiffusionStep step = new DiffusionStep(cumulative[k], k == times.length - 1 ? 1 : cumulative[k + 1]);
        Tensor data = x.mul(step.xScale()).add(predicted, -step.noiseScale());
        Tensor mean = data.mul(step.dataShare()).add(x, step.xShare());
        if (k == times.length - 1) {
            return mean;
        }
        double highest = step.highestLogVariance();
        double lowest = step.lowestLogVariance();
        Tensor share = output.narrow(1, channels, channels).to(x.dtype()).add(1).div(2);
        Tensor deviation = share.mul(highest - lowest).add(lowest).mul(0.5).exp();
        return mean.addcmul(deviation, noise.apply(k + 1), temperature);
    }
}
