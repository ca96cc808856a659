package org.flowprior.torch.optim;

import java.util.List;
import java.util.Objects;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Bounds gradients in place, as {@code torch.nn.utils.clip_grad_norm_}, in a few calls for the whole list. */
public final class GradientClipping {

    private GradientClipping() {}

    /**
     * Multiplies all gradients by min(1, maxNorm / (norm + 1e-6)), with the Euclidean norm of all of them together. Does
     * not wait for the device. Skips parameters without a gradient.
     *
     * @return the norm before clipping, a scalar tensor of the innermost scope; 0 without gradients
     */
    public static Tensor clipNorm(List<Tensor> parameters, double maxNorm) {
        return Scope.returning(() -> {
            try (NoGrad noGrad = new NoGrad()) {
                List<Tensor> gradients = gradients(parameters);
                if (gradients.isEmpty()) {
                    return Torch.zeros();
                }
                Tensor norm = Linalg.vectorNorm(Torch.stack(Foreach.norm(gradients), 0), 2);
                Foreach.mul_(gradients, norm.add(1e-6).reciprocal().mul(maxNorm).clampMax(1.0));
                return norm;
            }
        });
    }

    /** Clamps every element of every gradient to [-bound, bound]. */
    public static void clipValue(List<Tensor> parameters, double bound) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            List<Tensor> gradients = gradients(parameters);
            if (!gradients.isEmpty()) {
                Foreach.clampMin_(gradients, -bound);
                Foreach.clampMax_(gradients, bound);
            }
        }
    }

    private static List<Tensor> gradients(List<Tensor> parameters) {
        return parameters.stream().map(Tensor::grad).filter(Objects::nonNull).toList();
    }
}
