package org.flowprior.autoencoder;

import java.util.List;
import org.flowprior.torch.Autograd;
import org.flowprior.torch.DType;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The factor that brings a loss to the scale of another (Esser et al., 2021, Eq. 7): the ratio of the norms of their
 * gradients with respect to one weight.
 */
final class AdaptiveWeight {

    private static final double EPSILON = 1e-4;
    private static final double LARGEST = 1e4;

    private AdaptiveWeight() {}

    /**
     * |&nabla; reference| / (|&nabla; loss| + 1e-4), in [0, 1e4], without a gradient of its own. Both graphs stay.
     *
     * @param weight what the gradients are taken with respect to
     * @return a scalar, float32
     */
    static Tensor of(Tensor reference, Tensor loss, Tensor weight) {
        return Scope.returning(() -> {
            Tensor wanted = norm(reference, weight);
            Tensor actual = norm(loss, weight);
            try (NoGrad noGrad = new NoGrad()) {
                return wanted.div(actual.add(EPSILON)).clamp(0, LARGEST);
            }
        });
    }

    private static Tensor norm(Tensor loss, Tensor weight) {
        Tensor gradient = Autograd.grad(loss, List.of(weight), Autograd.Options.RETAIN).getFirst();
        return Linalg.vectorNorm(gradient.to(DType.FLOAT32), 2);
    }
}
