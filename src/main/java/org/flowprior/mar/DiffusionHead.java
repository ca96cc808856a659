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
 * The diffusion head, the baseline (Li et al. 2024; the official {@code DiffLoss}): the noise of each token at one of
 * 1000 times of the cosine schedule, and a variance between the bounds (Nichol and Dhariwal 2021, Eq. 14 to 17). Its
 * network gives 2C channels: the noise, then where the variance lies, -1 at the lower bound and 1 at the upper.
 */
public final class DiffusionHead extends MarHead {

    /** Times of training. */
    public static final int TIMES = 1000;

    private static final double OFFSET = 0.008;
    private static final double LARGEST_BETA = 0.999;

    private final double[] cumulative = cosineSchedule();
    // Taken in float64: 1 - cumulative is near 0 at the first times.
    private final double[] dataShares = Arrays.stream(cumulative).map(Math::sqrt).toArray();
    private final double[] noiseShares = Arrays.stream(cumulative).map(kept -> Math.sqrt(1 - kept)).toArray();
    private final VariationalBound.Tables boundTables = new VariationalBound.Tables(cumulative);

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

    /** Nichol and Dhariwal 2021, Eq. 17. */
    private static double kept(double share) {
        double cosine = Math.cos((share + OFFSET) / (1 + OFFSET) * Math.PI / 2);
        return cosine * cosine;
    }

    /** The products of 1 &minus; &beta; at the {@link #TIMES}, in a new array. */
    public double[] cumulative() {
        return cumulative.clone();
    }

    /**
     * The mean over channels of (noise &minus; predicted noise)&sup2;, plus the variational bound in bits for each
     * channel, through which only the variance is learnt.
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
            Tensor bound = new VariationalBound(boundTables, times, target, x).of(predicted.detach(), share);
            return noise.sub(predicted).square().mean(1).add(bound);
        });
    }

    /** The table's values at the times, [R, 1], of the target's dtype. */
    static Tensor column(double[] table, Tensor times, Tensor target) {
        return Tensor.of(table).to(DType.FLOAT64, target.device()).indexSelect(0, times).to(target.dtype())
                .unsqueeze(1);
    }

    @Override
    public Tensor drawTimes(Generator generator, Device device, long... shape) {
        return Torch.randint(TIMES, shape, generator, DType.INT64, device);
    }
}
