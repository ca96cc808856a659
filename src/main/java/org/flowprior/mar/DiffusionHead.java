package org.flowprior.mar;

import java.util.Arrays;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The diffusion head, the baseline (Li et al. 2024; the official {@code DiffLoss}). It predicts the noise of each token
 * at one of 1000 times of the cosine schedule, and a variance between two bounds (Nichol and Dhariwal 2021, Eq. 14 to
 * 17). Its network gives 2C channels: the noise, then the position of the variance, -1 at the lower bound and 1 at the
 * upper.
 */
public final class DiffusionHead extends MarHead {

    /** Number of times in training. */
    public static final int TIMES = 1000;

    private static final double OFFSET = 0.008;
    private static final double LARGEST_BETA = 0.999;

    private final double[] cumulative = cosineSchedule();
    // In float64, because 1 - cumulative is near 0 at the first times.
    private final double[] dataShares = Arrays.stream(cumulative).map(Math::sqrt).toArray();
    private final double[] noiseShares = Arrays.stream(cumulative).map(kept -> Math.sqrt(1 - kept)).toArray();
    private final VariationalBound bound = new VariationalBound(cumulative);

    DiffusionHead(VelocityNetwork.Config config, Generator generator) {
        super(config, generator);
    }

    private static double[] cosineSchedule() {
        double[] products = new double[TIMES];
        double product = 1;
        for (int i = 0; i < TIMES; i++) {
            double beta = Math.min(1 - kept((i + 1.0) / TIMES) / kept((double) i / TIMES), LARGEST_BETA);
            product *= 1 - beta;
            products[i] = product;
        }
        return products;
    }

    /** Computes Eq. 17 of Nichol and Dhariwal 2021, before the division by its value at 0. */
    private static double kept(double share) {
        double cosine = Math.cos((share + OFFSET) / (1 + OFFSET) * Math.PI / 2);
        return cosine * cosine;
    }

    /** Returns the products of 1 &minus; &beta; at the {@link #TIMES}, in a new array. */
    public double[] cumulative() {
        return cumulative.clone();
    }

    /**
     * Computes the mean over channels of (noise &minus; predicted noise)&sup2;, plus the variational bound in bits per
     * channel, through which only the variance is learned.
     */
    @Override
    public Tensor losses(Tensor target, Tensor conditions, Tensor times, Tensor noise) {
        return Scope.returning(() -> {
            long channels = target.size(1);
            Tensor dataShare = column(dataShares, times, target);
            Tensor x = target.mul(dataShare).addcmul(noise, column(noiseShares, times, target));
            Tensor output = network().forward(x, times, conditions).to(target.dtype());
            Tensor predicted = output.narrow(1, 0, channels);
            Tensor share = output.narrow(1, channels, channels).add(1).div(2);
            return noise.sub(predicted).square().mean(1).add(bound.of(times, target, x, predicted.detach(), share));
        });
    }

    /** Returns the table's values at the times [R], [R, 1], in the target's dtype. */
    static Tensor column(double[] table, Tensor times, Tensor target) {
        return Tensor.of(table).to(DType.FLOAT64, target.device()).indexSelect(0, times).to(target.dtype())
                .unsqueeze(1);
    }

    @Override
    public Tensor drawTimes(Generator generator, Device device, long... shape) {
        return Torch.randint(TIMES, shape, generator, DType.INT64, device);
    }
}
