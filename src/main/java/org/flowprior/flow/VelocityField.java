package org.flowprior.flow;

import org.flowprior.torch.Tensor;

/**
 * A velocity field v(x, t) in the paper's convention (Eq. 2): t = 0 is noise, t = 1 is data, and following the field
 * from t = 0 to t = 1 turns noise into data. Everything above the network uses this convention; {@link FlowModel}
 * translates networks of the other one.
 */
@FunctionalInterface
public interface VelocityField {

    /**
     * Returns the velocity at each row.
     *
     * @param x         [N, D]
     * @param t         [N], in [0, 1]
     * @param condition [N, Z], or null
     * @return [N, D]
     */
    Tensor velocity(Tensor x, Tensor t, Tensor condition);

    /** Returns the velocity at each row, without a condition. */
    default Tensor velocity(Tensor x, Tensor t) {
        return velocity(x, t, null);
    }
}
