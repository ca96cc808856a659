package org.flowprior.flow;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The flow matching loss (Eq. 3): how far the velocities along the lines from noise to data are from data - noise, with
 * one draw of (t, noise) for each row and t uniform. Training minimises it over the field's weights; gradients reach
 * the weights and, if it requires them, y.
 *
 * <p>Its minimum is not 0 but the mean conditional variance of data - noise, 1.2755 for the toy's mixture (mean over
 * channels).
 */
public final class FlowMatchingLoss implements VelocityLoss {

    private final VelocityField field;

    private FlowMatchingLoss(VelocityField field) {
        this.field = field;
    }

    /** Returns the loss of the field. */
    public static FlowMatchingLoss of(VelocityField field) {
        return new FlowMatchingLoss(field);
    }

    @Override
    public Tensor loss(Tensor y, Tensor condition, Generator generator, LossReduction reduction) {
        return Scope.returning(() -> loss(FlowPath.draw(y, generator), condition, reduction));
    }

    @Override
    public Tensor loss(Tensor y, Tensor t, Tensor noise, Tensor condition, LossReduction reduction) {
        return Scope.returning(() -> loss(new FlowPath(y, noise, t), condition, reduction));
    }

    private Tensor loss(FlowPath path, Tensor condition, LossReduction reduction) {
        return reduction.of(field.velocity(path.points(), path.t(), condition), path.velocity());
    }
}
