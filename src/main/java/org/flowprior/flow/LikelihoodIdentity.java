package org.flowprior.flow;

import java.util.function.Function;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The negative log-likelihood from the residuals of a flow. For the field that minimises Eq. 3, the squared residuals
 * of Eq. 5 with weight t/(1 - t) instead of 1 integrate to it, at every point (the relation of mutual information and
 * least mean square error; not in the paper):
 *
 * <pre>-log p(y) = (D/2) ln(2πe) + ∫ t/(1 - t) { E|r|² - D/((1 - t)² + t²) } dt,
 * r = (y - noise) - v(x_t, t)</pre>
 *
 * <p>The two parts diverge at t = 1 and cancel. Here the same identity for the target N(0, I) is subtracted with the
 * same draws, which leaves -log N(y; 0, I) and the integral of t/(1 - t) (|r|² - |r_N|²), where r_N is the residual of
 * the field v_N(x, t) = (2t - 1) x/((1 - t)² + t²). As |r|² - |r_N|² = (v_N - v)·(r + r_N), and both optimal fields are
 * x at t = 1, the integrand and its variance stay bounded.
 *
 * <p>For a field v* + δ other than the optimal v*, the result is off by ∫ t/(1 - t) E(|δ|² - 2 δ·r) dt. Over the data
 * the second part vanishes, so the mean over data is an upper bound of the data's mean negative log-likelihood. But if
 * δ is not 0 at t = 1, as for every trained network, the integral diverges like |δ(y, 1)|² ln(1/ε), and must end at a
 * truncation, t = 1 - ε. The truncation removes about (ε²/2) (2 Δ log p + |∇ log p|² + 2D - |y|²), at y, from the
 * optimal field's integral.
 */
public final class LikelihoodIdentity {

    /** In float32 a time just below 1 can round to 1, where the difference of the fields is only rounding. */
    private static final double TINY = 1e-7;

    /**
     * An estimate by draws, without gradients.
     *
     * @param value         -log p(y), [N], nats
     * @param standardError of each value, [N], from the spread of 32 independent parts
     */
    public record Estimate(Tensor value, Tensor standardError) {}

    private LikelihoodIdentity() {}

    /**
     * Returns an estimate by draws: times are stratified, and noise comes in sets of 2D + 1 points that are exact where
     * the field is linear.
     *
     * @param y          float32 or float64, [N, D]; the dtype of the computation
     * @param draws      of time and noise for each point, rounded up to a multiple of 64 (2D + 1)
     * @param truncation ε in [0, 1): times end at 1 - ε; 0 is for fields that are x at t = 1
     * @param generator  null for the device's default generator
     */
    public static Estimate negativeLogLikelihood(VelocityField field, Tensor y, int draws, double truncation,
            Generator generator) {
        checkTruncation(truncation);
        try (Scope scope = Scope.open()) {
            PathMonteCarlo.Means means = new PathMonteCarlo(draws)
                    .integrate(y, 1 - truncation, generator, integrand(field));
            Tensor value = means.value().squeeze(1).add(normal(y.detach()));
            return new Estimate(value.moveOutward(), means.standardError().squeeze(1).moveOutward());
        }
    }

    /**
     * Returns -log p(y) by Gauss-Legendre quadrature in time and Gauss-Hermite quadrature along each axis of the noise,
     * as {@link EvidenceLowerBound#byQuadrature}.
     *
     * @param y          [N, D]
     * @param truncation ε in [0, 1): times end at 1 - ε; 0 is for fields that are x at t = 1
     * @return [N], nats
     */
    public static Tensor negativeLogLikelihood(VelocityField field, Tensor y, int timeNodes, int noiseNodes,
            double truncation) {
        checkTruncation(truncation);
        return Scope.returning(() -> new PathQuadrature(timeNodes, noiseNodes)
                .integrate(y, 1 - truncation, integrand(field)).squeeze(1).add(normal(y.detach())));
    }

    private static void checkTruncation(double truncation) {
        if (!(0 <= truncation && truncation < 1)) {
            throw new IllegalArgumentException("the truncation must be in [0, 1), not " + truncation);
        }
    }

    private static Function<FlowPath, Tensor> integrand(VelocityField field) {
        return path -> {
            Tensor x = path.points();
            Tensor time = path.t().unsqueeze(1);
            Tensor rest = time.neg().add(1);
            Tensor normal = x.mul(time.sub(rest)).div(rest.square().add(time.square()));
            Tensor velocity = field.velocity(x, path.t());
            Tensor residuals = path.velocity().mul(2).sub(velocity).sub(normal);
            return normal.sub(velocity).mul(time.div(rest.clampMin(TINY))).mul(residuals).sum(1, true);
        };
    }

    /** -log N(y; 0, I). */
    private static Tensor normal(Tensor y) {
        return y.square().sum(1).mul(0.5).add(0.5 * y.size(1) * Math.log(2 * Math.PI));
    }
}
