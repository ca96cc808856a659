package org.flowprior.target;

import java.util.function.UnaryOperator;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** The checks and the scaling that all projections share. */
final class LinearMap {

    private LinearMap() {}

    static void check(int inputs, int outputs, double scale) {
        if (outputs < 1 || inputs < 1) {
            throw new IllegalArgumentException("a projection needs positive sizes, not " + inputs + " to " + outputs);
        }
        if (scale == 0 || !Double.isFinite(scale)) {
            throw new IllegalArgumentException("the scale of a projection must be finite and not 0, it is " + scale);
        }
    }

    /** Applies the map in float32, without autocast, and multiplies with the projection's scale. */
    static Tensor apply(Projection projection, Tensor x, UnaryOperator<Tensor> map) {
        if (x.dim() != 2 || x.size(1) != projection.inputs() || !x.dtype().isFloatingPoint()) {
            throw new IllegalArgumentException("this projection takes rows [N, " + projection.inputs() + "], not "
                    + x.signature());
        }
        return Scope.returning(() -> {
            try (Autocast off = Autocast.off(x.device().type())) {
                Tensor y = map.apply(x.to(DType.FLOAT32));
                return projection.scale() == 1 ? y : y.mul(projection.scale());
            }
        });
    }
}
