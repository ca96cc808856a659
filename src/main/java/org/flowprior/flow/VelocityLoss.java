package org.flowprior.flow;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;

/**
 * A loss of a velocity field along straight lines from noise to y: the squared difference of the field's velocity and
 * y - noise. Each row of y has m draws of (t, noise): {@link AlignmentLoss.Options#flowMul} of them in the alignment
 * loss, one in the flow matching loss.
 */
public sealed interface VelocityLoss permits FlowMatchingLoss, AlignmentLoss {

    /**
     * Returns the mean loss over rows and channels for drawn times and noise.
     *
     * @param y         [N, D], or [A, L, D] for the alignment loss
     * @param generator draws the times in [0, 1), then the noise; null for the device's default generator
     * @return a scalar
     */
    default Tensor loss(Tensor y, Generator generator) {
        return loss(y, null, generator, LossReduction.MEAN);
    }

    /**
     * Returns the loss for drawn times and noise.
     *
     * @param y         [N, D], or [A, L, D] for the alignment loss
     * @param condition [N, Z], or [A, L, Z] for the alignment loss, or null
     * @param generator draws the times in [0, 1), then the noise; null for the device's default generator
     * @return a scalar, or [m N, D] for {@link LossReduction#NONE}: all rows once, all rows again, …
     */
    Tensor loss(Tensor y, Tensor condition, Generator generator, LossReduction reduction);

    /** Returns the mean loss over rows and channels for given times, [m N] with t = 1 at y, and noise, [m N, D]. */
    default Tensor loss(Tensor y, Tensor t, Tensor noise) {
        return loss(y, t, noise, null, LossReduction.MEAN);
    }

    /**
     * Returns the loss for given times and noise.
     *
     * @param y         [N, D], or [A, L, D] for the alignment loss
     * @param t         [m N], t = 1 at y; entry i belongs to row i mod N of y
     * @param noise     [m N, D]
     * @param condition [N, Z], or [A, L, Z] for the alignment loss, or null
     * @return a scalar, or [m N, D] for {@link LossReduction#NONE}
     * @throws IllegalArgumentException for shapes that do not fit together
     */
    Tensor loss(Tensor y, Tensor t, Tensor noise, Tensor condition, LossReduction reduction);
}
