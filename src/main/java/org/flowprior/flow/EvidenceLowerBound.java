package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The terms of the paper's bound log p_1(y) ≥ C(y) - λ L_align(y) (Eq. 9 and 11), at single points:
 * L_align is the squared norm of Eq. 5, C(y) = -E tr ∂v/∂x of Eq. 10.
 *
 * <p>The bound does not hold for every target. For a Gaussian of standard deviation σ with λ = 1 it fails everywhere
 * when σ &lt; 2/π, and holds everywhere only when σ ≥ 2 ln(2π)/π.
 *
 * <p>Points are float32 or float64, the dtype of the computation. A field with a condition is passed as
 * {@code (x, t, none) -> field.velocity(x, t, condition)}.
 */
public final class EvidenceLowerBound {

    /**
     * The bound and its terms at some points, without gradients.
     *
     * @param alignment   L_align, [N]
     * @param consistency C, [N]
     * @param bound       C - λ L_align, [N], nats
     */
    public record Terms(Tensor alignment, Tensor consistency, Tensor bound) {}

    /** Terms estimated by draws, and the standard error of each. */
    public record Estimate(Terms mean, Terms standardError) {}

    private final VelocityField field;
    private final TraceEstimator trace;
    private final double lambda;

    /** The bound with λ = 1, as the paper proposes. */
    public EvidenceLowerBound(VelocityField field, TraceEstimator trace) {
        this(field, trace, 1);
    }

    /** The bound with the factor λ. */
    public EvidenceLowerBound(VelocityField field, TraceEstimator trace, double lambda) {
        this.field = field;
        this.trace = trace;
        this.lambda = lambda;
    }

    /**
     * Returns the terms by Gauss-Legendre quadrature in time, with panels that narrow towards t = 1, and
     * Gauss-Hermite quadrature along each axis of the noise: for two or three dimensions. With 24 and 3 nodes the terms
     * are exact to 1e-6 for a Gaussian, with 16 and 32 nodes to 1e-4 for the toy's mixture near its data.
     *
     * @param y          [N, D]
     * @param timeNodes  in each of the four panels
     * @param noiseNodes along each axis; the field is evaluated 4 timeNodes noiseNodes^D times for each point
     * @throws IllegalArgumentException for more than a million nodes of noise
     */
    public Terms byQuadrature(Tensor y, int timeNodes, int noiseNodes) {
        try (Scope scope = Scope.open()) {
            return outward(new PathQuadrature(timeNodes, noiseNodes).integrate(y, 1, path -> terms(path, null)));
        }
    }

    /**
     * Returns the terms estimated by random draws: for any dimension.
     *
     * @param y         [N, D]
     * @param draws     of time and noise for each point, rounded up to a multiple of 64 (2D + 1)
     * @param generator draws times, noise and the probes of Hutchinson's trace; null for the device's default generator
     */
    public Estimate byDraws(Tensor y, int draws, Generator generator) {
        try (Scope scope = Scope.open()) {
            PathMonteCarlo.Means means = new PathMonteCarlo(draws)
                    .integrate(y, 1, generator, path -> terms(path, generator));
            return new Estimate(outward(means.value()), outward(means.standardError()));
        }
    }

    private Tensor terms(FlowPath path, Generator generator) {
        Tensor x = path.points();
        TracedVelocity traced = TracedVelocity.of(field, x, path.t(), trace.directions(x, generator));
        Tensor alignment = traced.velocity().sub(path.velocity()).square().sum(1);
        Tensor consistency = traced.trace().neg();
        return Torch.stack(List.of(alignment, consistency, consistency.sub(alignment.mul(lambda))), 1);
    }

    private static Terms outward(Tensor columns) {
        return new Terms(columns.select(1, 0).moveOutward(), columns.select(1, 1).moveOutward(),
                columns.select(1, 2).moveOutward());
    }
}
