package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.Foreach;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Bounds gradients in place, a few calls for the whole list: {@code torch.nn.utils.clip_grad_norm_} and its like. */
public final class GradientClipping {

    private GradientClipping() {}

    /**
     * Multiplies all gradients by min(1, maxNorm / (norm + 1e-6)), where norm is the Euclidean norm of all of them
     * together. Does not wait for the device. Parameters without a gradient are passed over.
     *
     * @return the norm before clipping, a scalar tensor of the innermost scope; 0 where there are no gradients
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
        List<Tensor> gradients = new ArrayList<>();
        for (Tensor parameter : parameters) {
            Tensor gradient = parameter.grad();
            if (gradient != null) {
                gradients.add(gradient);
            }
        }
        return gradients;
    }
}
