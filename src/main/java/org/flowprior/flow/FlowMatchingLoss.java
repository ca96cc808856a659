package org.flowprior.flow;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The flow matching loss (Eq. 3): how far the velocities along the lines from noise to data are from data &minus;
 * noise. Training minimises it over the field's weights; gradients reach them and, where it asks for one, y.
 *
 * <p>Its minimum is not 0 but the mean conditional variance of data &minus; noise, 1.2755 for the toy's mixture (mean
 * over channels).
 */
public final class FlowMatchingLoss {

    private final VelocityField field;

    private FlowMatchingLoss(VelocityField field) {
        this.field = field;
    }

    /** The loss of that field. */
    public static FlowMatchingLoss of(VelocityField field) {
        return new FlowMatchingLoss(field);
    }

    /**
     * The mean loss over rows and channels with one draw of (t, noise) for each row.
     *
     * @param y         data, [N, D]
     * @param generator draws t uniformly in [0, 1), then the noise; null for the device's default generator
     * @return a scalar
     */
    public Tensor loss(Tensor y, Generator generator) {
        return loss(y, null, generator, LossReduction.MEAN);
    }

    /**
     * The loss with one draw of (t, noise) for each row.
     *
     * @param y         data, [N, D]
     * @param condition [N, Z], or null
     * @param generator draws t uniformly in [0, 1), then the noise; null for the device's default generator
     * @return a scalar, or [N, D] for {@link LossReduction#NONE}
     */
    public Tensor loss(Tensor y, Tensor condition, Generator generator, LossReduction reduction) {
        return Scope.returning(() -> loss(FlowPath.draw(y, generator), condition, reduction));
    }

    /** The mean loss over rows and channels for given times, [N] with t = 1 at the data, and noise, [N, D]. */
    public Tensor loss(Tensor y, Tensor t, Tensor noise) {
        return loss(y, t, noise, null, LossReduction.MEAN);
    }

    /**
     * The loss for given times and noise.
     *
     * @param y         data, [N, D]
     * @param t         [N], t = 1 at the data
     * @param noise     [N, D]
     * @param condition [N, Z], or null
     * @return a scalar, or [N, D] for {@link LossReduction#NONE}
     * @throws IllegalArgumentException for shapes that do not fit together
     */
    public Tensor loss(Tensor y, Tensor t, Tensor noise, Tensor condition, LossReduction reduction) {
        return Scope.returning(() -> loss(new FlowPath(y, noise, t), condition, reduction));
    }

    private Tensor loss(FlowPath path, Tensor condition, LossReduction reduction) {
        return reduction.of(field.velocity(path.points(), path.t(), condition), path.velocity());
    }
}
