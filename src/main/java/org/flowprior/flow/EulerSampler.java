package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Samples a flow (Eq. 2) by Euler's method with equal steps: x ← x + v(x, k/S)/S for k = 0 … S - 1. The official prior
 * counts time backwards, t = 1 - k/S and x ← x - v/S; through its {@link FlowModel} those are the same steps.
 *
 * @param evaluations S, number of steps and of evaluations of the field. The official toy and generator take 99, the
 *                    intervals of a grid of 100 points, though the paper says 100 steps
 */
public record EulerSampler(int evaluations) {

    /** Throws {@link IllegalArgumentException} for less than one evaluation. */
    public EulerSampler {
        if (evaluations < 1) {
            throw new IllegalArgumentException("Euler's method needs at least 1 evaluation, not " + evaluations);
        }
    }

    /** Returns the samples, [N, D], to which the noise, [N, D], flows; without gradients. */
    public Tensor sample(VelocityField field, Tensor noise) {
        return sample(field, noise, null);
    }

    /**
     * Returns the samples to which the noise flows.
     *
     * @param noise     the start at t = 0, [N, D]; it is not changed
     * @param condition [N, Z], or null
     * @return samples, [N, D], without gradients
     */
    public Tensor sample(VelocityField field, Tensor noise, Tensor condition) {
        DType timeType = FlowPath.timeType(noise.dtype());
        return Scope.returning(() -> {
            OdeSolver.Slope slope = (t, state) -> List.of(field.velocity(state.getFirst(),
                    Torch.full(new long[] {noise.size(0)}, t, timeType, noise.device()), condition));
            FixedStepSolver solver = new FixedStepSolver(FixedStepSolver.Method.EULER, evaluations);
            return solver.solve(slope, List.of(noise), 0, 1).state().getFirst();
        });
    }
}
