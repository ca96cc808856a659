package org.flowprior.torch.nn;

import java.util.List;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Reduction;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * ½ (ln var + (input - target)² / var), the negative log-likelihood of normal targets: {@code
 * torch.nn.GaussianNLLLoss}.
 */
public final class GaussianNLLLoss extends TypedModule<GaussianNLLLoss> {

    private final boolean full;
    private final double eps;
    private final Reduction reduction;

    /** With PyTorch's defaults. */
    public GaussianNLLLoss() {
        this(false, 1e-6, Reduction.MEAN);
    }

    /**
     * With PyTorch's arguments.
     *
     * @param full whether ½ ln(2π) is added
     * @param eps  the smallest variance that counts
     */
    public GaussianNLLLoss(boolean full, double eps, Reduction reduction) {
        this.full = full;
        this.eps = eps;
        this.reduction = reduction;
    }

    /** Input and target of one shape, and variances of that shape, or without its last dimension, or with 1 there. */
    public Tensor forward(Tensor input, Tensor target, Tensor var) {
        return hooked(List.of(input, target, var), in -> Scope.returning(() -> loss(in.get(0), in.get(1), in.get(2))));
    }

    private Tensor loss(Tensor input, Tensor target, Tensor var) {
        Tensor variance = var.dim() == input.dim() ? var.clone() : var.unsqueeze(-1).clone();
        try (NoGrad noGrad = new NoGrad()) {
            variance.clampMin_(eps); // as in PyTorch, its gradient passes
        }
        Tensor all = variance.log().add(input.sub(target).square().div(variance)).mul(0.5)
                .add(full ? 0.5 * Math.log(2 * Math.PI) : 0);
        return reduction == Reduction.NONE ? all : reduction == Reduction.SUM ? all.sum() : all.mean();
    }
}
