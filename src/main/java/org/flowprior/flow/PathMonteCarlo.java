package org.flowprior.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Integrates functions of the straight lines to given points over time and noise by random draws; unbiased. The draws
 * come in {@link #REPLICATES} independent sets, and their spread gives the standard error; within a set, times are
 * stratified, two to a stratum that mirror each other in its middle.
 *
 * <p>For each time, noise is drawn by the spherical-radial rule of degree 3 of Genz and Monahan (SIAM J. Sci. Comput.
 * 19, 1998): the origin and 2D points ±ρ q_i, with a random rotation q and ρ from the chi distribution
 * of D + 2 degrees, weighted 1 - D/ρ² and 1/(2 ρ²). It is unbiased for N(0, I), and exact for
 * cubic functions of the noise, as the integrands are if the field is linear near the line.
 *
 * @param draws of time and noise for each point, rounded up to a multiple of 2 (2D + 1) times the number of sets
 */
record PathMonteCarlo(int draws) {

    static final int REPLICATES = 32;
    private static final long ROWS_AT_ONCE = 8192;

    PathMonteCarlo {
        if (draws < 1) {
            throw new IllegalArgumentException("an integral needs at least 1 draw, not " + draws);
        }
    }

    /** Means and their standard errors, [N, K] each. */
    record Means(Tensor value, Tensor standardError) {}

    /**
     * Returns the integral over t in [0, until] of the mean over noise.
     *
     * @param y         [N, D]
     * @param generator null for the device's default generator
     * @param integrand values [rows, K] of the rows of a path
     * @return without gradients
     */
    Means integrate(Tensor y, double until, Generator generator, Function<FlowPath, Tensor> integrand) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            long rule = 2 * y.size(1) + 1;
            long times = 2 * Math.ceilDiv(draws, 2 * rule * REPLICATES);
            long block = Math.max(1, ROWS_AT_ONCE / (rule * times));
            List<Tensor> replicates = new ArrayList<>();
            for (int r = 0; r < REPLICATES; r++) {
                replicates.add(Torch.cat(y.split(block).stream()
                        .map(rows -> Scope.returning(() -> mean(rows, times, until, generator, integrand))).toList()));
            }
            Tensor all = Torch.stack(replicates).mul_(until);
            return new Means(all.mean(0).moveOutward(), all.std(0).div(Math.sqrt(REPLICATES)).moveOutward());
        }
    }

    private static Tensor mean(Tensor y, long times, double until, Generator generator,
            Function<FlowPath, Tensor> integrand) {
        long rules = y.size(0) * times;
        long d = y.size(1);
        long strata = times / 2;
        Tensor first = Torch.rand(new long[] {y.size(0), strata}, generator, y.dtype(), y.device());
        Tensor t = Torch.cat(List.of(first, first.neg().add_(1)), 1)
                .add_(Torch.arange(strata, y.dtype(), y.device()).repeat(2)).mul_(until / strata).view(-1);
        Tensor rotation = Linalg.qr(Torch.randn(new long[] {rules, d, d}, generator, y.dtype(), y.device())).q();
        Tensor radius = Torch.randn(new long[] {rules, d + 2}, generator, y.dtype(), y.device()).norm(2, 1, true);
        Tensor outside = rotation.mul(radius.unsqueeze(2));
        Tensor noise = Torch.cat(List.of(outside, outside.neg(), Torch.zerosLike(outside.narrow(1, 0, 1))), 1);
        Tensor target = y.repeatInterleave(times * (2 * d + 1), 0L);
        FlowPath path = new FlowPath(target, noise.view(-1, d), t.repeatInterleave(2 * d + 1, 0L));
        Tensor values = integrand.apply(path).view(rules, 2 * d + 1, -1);
        Tensor middle = values.narrow(1, 2 * d, 1);
        // Differences from the middle stay exact for a small radius.
        Tensor curvature = values.narrow(1, 0, 2 * d).sub(middle).sum(1).div(radius.square().mul(2));
        return middle.squeeze(1).add(curvature).view(y.size(0), times, -1).mean(1);
    }
}
