package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The log-likelihood of points under a flow (Eq. 4): log p_1(y) = log N(x_0; 0, I) - ∫ tr ∂v/∂x dt along the
 * path that ends at y. Path and integral are one differential equation, so the solver's tolerance holds for both.
 *
 * <p>It is the likelihood of the flow of any field; for a field that minimises Eq. 3 it is the likelihood of the data.
 * A field with a condition is passed as {@code (x, t, none) -> field.velocity(x, t, condition)}.
 *
 * @param field  the flow's velocity field
 * @param solver solves for the path and the integral
 * @param trace  finds tr ∂v/∂x
 */
public record LogLikelihood(VelocityField field, OdeSolver solver, TraceEstimator trace) {

    /**
     * The log-density at given points.
     *
     * @param logDensity  log p_1, [N], nats
     * @param noise       the points at t = 0, [N, D]
     * @param evaluations number of evaluations of the field, each with its trace
     */
    public record Result(Tensor logDensity, Tensor noise, long evaluations) {}

    /**
     * Points that noise flows to.
     *
     * @param points      the points at t = 1, [N, D]
     * @param logDensity  log p_1 there, [N], nats
     * @param evaluations number of evaluations of the field, each with its trace
     */
    public record Sample(Tensor points, Tensor logDensity, long evaluations) {}

    /**
     * Returns the log-density at points, by following the flow backwards.
     *
     * @param y         float32 or float64, [N, D]; the dtype of the computation
     * @param generator draws the probes of Hutchinson's trace; null for the device's default generator
     * @return without gradients
     * @throws IllegalArgumentException for another dtype or number of dimensions
     */
    public Result at(Tensor y, Generator generator) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            OdeSolver.Solution solution = follow(y, 1, 0, generator);
            Tensor noise = solution.state().get(0);
            // From 1 to 0 the integral is minus that of Eq. 4.
            Tensor logDensity = logNormal(noise).add(solution.state().get(1));
            return new Result(logDensity.moveOutward(), noise.moveOutward(), solution.evaluations());
        }
    }

    /**
     * Returns the points to which noise flows, and the log-density there.
     *
     * @param noise     float32 or float64, [N, D]; the dtype of the computation
     * @param generator draws the probes of Hutchinson's trace; null for the device's default generator
     * @return without gradients
     * @throws IllegalArgumentException for another dtype or number of dimensions
     */
    public Sample sample(Tensor noise, Generator generator) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            OdeSolver.Solution solution = follow(noise, 0, 1, generator);
            Tensor logDensity = logNormal(noise).sub(solution.state().get(1));
            return new Sample(solution.state().get(0).moveOutward(), logDensity.moveOutward(), solution.evaluations());
        }
    }

    private OdeSolver.Solution follow(Tensor start, double from, double to, Generator generator) {
        DType dtype = start.dtype();
        if (dtype != DType.FLOAT32 && dtype != DType.FLOAT64) {
            throw new IllegalArgumentException("a log-likelihood needs points in float32 or float64, not " + dtype);
        }
        if (start.dim() != 2) {
            throw new IllegalArgumentException("a log-likelihood needs points [N, D], not " + start.signature());
        }
        long[] rows = {start.size(0)};
        List<Tensor> directions = trace.directions(start, generator);
        OdeSolver.Slope slope = (t, state) -> {
            Tensor times = Torch.full(rows, t, dtype, start.device());
            TracedVelocity traced = TracedVelocity.of(field, state.getFirst(), times, directions);
            return List.of(traced.velocity(), traced.trace());
        };
        return solver.solve(slope, List.of(start, Torch.zeros(rows, dtype, start.device())), from, to);
    }

    private static Tensor logNormal(Tensor x) {
        return x.square().sum(1).mul(-0.5).sub(0.5 * x.size(1) * Math.log(2 * Math.PI));
    }
}
