package org.flowprior.flow;

import java.util.List;
import org.flowprior.torch.Autograd;
import org.flowprior.torch.EnableGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A velocity and the trace of its Jacobian, without gradients.
 *
 * @param velocity [N, D]
 * @param trace    [N]
 */
record TracedVelocity(Tensor velocity, Tensor trace) {

    /**
     * Computes both by one evaluation of the field and one backward pass for each of the
     * {@link TraceEstimator#directions}.
     *
     * @throws IllegalArgumentException when autograd did not record the field
     */
    static TracedVelocity of(VelocityField field, Tensor x, Tensor t, List<Tensor> directions) {
        try (Scope scope = Scope.open()) {
            Tensor point = x.detach().requiresGrad_(true);
            Tensor velocity;
            try (EnableGrad enabled = new EnableGrad()) {
                velocity = field.velocity(point, t);
            }
            if (!velocity.requiresGrad()) {
                throw new IllegalArgumentException("the trace needs a velocity field that is differentiable in x, but "
                        + "autograd has not seen x in this one");
            }
            Tensor trace = null;
            for (int i = 0; i < directions.size(); i++) {
                Tensor direction = directions.get(i);
                Autograd.Options options = i + 1 < directions.size() ? Autograd.Options.RETAIN
                        : Autograd.Options.DEFAULT;
                Tensor product = Autograd.grad(List.of(velocity), List.of(point), List.of(direction), options)
                        .getFirst().mul(direction).sum(1);
                trace = trace == null ? product : trace.add(product);
            }
            return new TracedVelocity(velocity.detach().moveOutward(), trace.moveOutward());
        }
    }
}
