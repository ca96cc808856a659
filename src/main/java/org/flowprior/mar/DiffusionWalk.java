package org.flowprior.mar;

import java.util.function.IntFunction;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A diffusion head's: ancestral sampling (Ho et al. 2020, Alg. 2) at S of the 1000 training times, with the learnt
 * variance of Nichol and Dhariwal (2021, Eq. 15), as the official {@code SpacedDiffusion}. The data are not clipped.
 */
final class DiffusionWalk implements HeadWalk {

    private final double temperature;
    private final double[] times;
    private final double[] cumulative;

    /** {@code cumulative}: the products of 1 &minus; &beta; at all training times. */
    DiffusionWalk(HeadSampling sampling, double[] cumulative) {
        sampling.requireDiffusion();
        int steps = sampling.steps();
        if (steps > cumulative.length) {
            throw new IllegalArgumentException("a diffusion head has " + cumulative.length
                    + " times, so at most as many "
                    + "steps, not " + steps);
        }
        temperature = sampling.temperature();
        times = new double[steps];
        this.cumulative = new double[steps];
        double stride = (cumulative.length - 1.0) / (steps - 1);
        for (int k = 0; k < steps; k++) {
            int time = (int) Math.rint((steps - 1 - k) * stride);
            times[k] = time;
            this.cumulative[k] = cumulative[time];
        }
    }

    @Override
    public double[] times() {
        return times.clone();
    }

    @Override
    public Tensor walk(Evaluation network, IntFunction<Tensor> noise) {
        Tensor x = noise.apply(0);
        for (int k = 0; k < times.length; k++) {
            Tensor before = x;
            int time = k;
            x = Scope.returning(() -> step(time, before, network.at(time, before), noise));
        }
        return x;
    }

    /** {@code output}: [n, 2C], the noise in x and where the variance lies between its bounds. */
    private Tensor step(int k, Tensor x, Tensor output, IntFunction<Tensor> noise) {
        long channels = x.size(1);
        Tensor predicted = output.narrow(1, 0, channels).to(x.dtype());
        double now = cumulative[k];
        double next = next(k);
        double beta = 1 - now / next;
        Tensor data = x.mul(Math.sqrt(1 / now)).add(predicted, -Math.sqrt(1 / now - 1));
        Tensor mean = data.mul(beta * Math.sqrt(next) / (1 - now))
                .add(x, (1 - next) * Math.sqrt(1 - beta) / (1 - now));
        if (k == times.length - 1) {
            return mean;
        }
        double longest = Math.log(beta);
        double shortest = Math.log(beta * (1 - next) / (1 - now));
        Tensor share = output.narrow(1, channels, channels).to(x.dtype()).add(1).div(2);
        Tensor deviation = share.mul(longest - shortest).add(shortest).mul(0.5).exp();
        return mean.addcmul(deviation, noise.apply(k + 1), temperature);
    }

    private double next(int k) {
        return k == times.length - 1 ? 1 : cumulative[k + 1];
    }
}
