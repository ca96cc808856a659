package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Samples a flow (Eq. 2) by Euler's method with equal steps: x &larr; x + v(x, k/S)/S for k = 0 &hellip; S &minus; 1.
 * The official prior counts time backwards, t = 1 &minus; k/S and x &larr; x &minus; v/S; read through its
 * {@link FlowModel} that is the same walk.
 *
 * @param evaluations S, number of steps and of evaluations of the field. The official toy and generator take 99, the
 *                    intervals of a grid of 100 points, though the paper says 100 steps
 */
public record EulerSampler(int evaluations) {

    /** What the official toy effectively runs: 99 steps. */
    public static final EulerSampler TOY = new EulerSampler(99);

    /** Throws {@link IllegalArgumentException} for less than one evaluation. */
    public EulerSampler {
        if (evaluations < 1) {
            throw new IllegalArgumentException("Euler's method needs at least 1 evaluation, not " + evaluations);
        }
    }

    /** Where the noise, [N, D], flows: [N, D], without gradients. */
    public Tensor sample(VelocityField field, Tensor noise) {
        return sample(field, noise, null);
    }

    /**
     * Where the noise flows.
     *
     * @param noise     the start at t = 0, [N, D]; left as it is
     * @param condition [N, Z], or null
     * @return samples, [N, D], without gradients
     */
    public Tensor sample(VelocityField field, Tensor noise, Tensor condition) {
        try (Scope scope = Scope.open()) {
            long[] rows = {noise.size(0)};
            DType timeType = noise.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
            OdeSolver.Slope slope = (t, state) -> List.of(field.velocity(state.getFirst(),
                    Torch.full(rows, t, timeType, noise.device()), condition));
            FixedStepSolver solver = new FixedStepSolver(FixedStepSolver.Method.EULER, evaluations);
            return solver.solve(slope, List.of(noise), 0, 1).state().getFirst().moveOutward();
        }
    }
}
