package org.flowprior.flow;

import java.util.Collections;
import java.util.function.Function;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Integrates functions of the straight lines to given points over time and noise: Gauss-Legendre in panels of time that
 * narrow towards t = 1, times Gauss-Hermite along each axis of the noise. Its cost grows as noiseNodes^D.
 *
 * @param timeNodes  in each of the four panels
 * @param noiseNodes along each axis
 */
record PathQuadrature(int timeNodes, int noiseNodes) {

    private static final double[] PANELS = {0, 0.5, 0.8, 0.95, 1};
    private static final long ROWS_AT_ONCE = 8192;
    private static final long MAX_NOISES = 1_000_000;

    PathQuadrature {
        if (timeNodes < 1 || noiseNodes < 1) {
            throw new IllegalArgumentException("a quadrature needs at least 1 node, not " + timeNodes + " in time and "
                    + noiseNodes + " along an axis of noise");
        }
    }

    /**
     * Returns the integral over t in [0, until] of the mean over noise.
     *
     * @param y         [N, D]
     * @param integrand values [rows, K] of the rows of a path
     * @return [N, K], without gradients
     */
    Tensor integrate(Tensor y, double until, Function<FlowPath, Tensor> integrand) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Quadrature noise = noise(y);
            long block = Math.max(1, ROWS_AT_ONCE / noise.weights().size(0));
            return Torch.cat(y.split(block).stream().map(rows -> integrate(rows, until, integrand, noise)).toList())
                    .moveOutward();
        }
    }

    private Tensor integrate(Tensor y, double until, Function<FlowPath, Tensor> integrand, Quadrature noise) {
        try (Scope scope = Scope.open()) {
            long n = y.size(0);
            long m = noise.weights().size(0);
            Tensor target = y.repeatInterleave(m, 0L);
            Tensor noises = noise.nodes().repeat(n, 1);
            Tensor sum = null;
            for (int panel = 0; panel + 1 < PANELS.length && PANELS[panel] < until; panel++) {
                double end = Math.min(until, PANELS[panel + 1]);
                Quadrature time = Quadrature.legendre(timeNodes, PANELS[panel], end);
                double[] times = time.nodes().toDoubleArray();
                double[] weights = time.weights().mul(end - PANELS[panel]).toDoubleArray();
                for (int i = 0; i < times.length; i++) {
                    try (Scope inner = Scope.open()) {
                        Tensor t = Torch.full(new long[] {n * m}, times[i], y.dtype(), y.device());
                        Tensor values = integrand.apply(new FlowPath(target, noises, t));
                        Tensor mean = values.view(n, m, -1).mul(noise.weights().unsqueeze(1)).sum(1).mul(weights[i]);
                        sum = sum == null ? mean.moveOutward() : sum.add_(mean);
                    }
                }
            }
            return sum.moveOutward();
        }
    }

    /** Returns the nodes [n^D, D] and weights [n^D] of the product of D Gauss-Hermite rules. */
    private Quadrature noise(Tensor y) {
        int dimension = (int) y.size(1);
        if (Math.pow(noiseNodes, dimension) > MAX_NOISES) {
            throw new IllegalArgumentException(noiseNodes + " nodes along each of " + dimension
                    + " axes are too many for a quadrature; use draws");
        }
        Quadrature axis = Quadrature.hermite(noiseNodes);
        Tensor nodes = Torch.cartesianProd(Collections.nCopies(dimension, axis.nodes())).view(-1, dimension);
        Tensor factors = Torch.cartesianProd(Collections.nCopies(dimension, axis.weights())).view(-1, dimension);
        return new Quadrature(nodes.to(y.dtype(), y.device()), factors.prod(1).to(y.dtype(), y.device()));
    }
}
