package org.flowprior.torch.nn;

import org.flowprior.torch.Generator;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Divides a weight, seen as a matrix [out, rest], by uᵀ W v, where one power iteration at each forward in training
 * moves u and v towards its first singular vectors. Agrees with the hook {@code torch.nn.utils.spectral_norm} at its
 * defaults (Miyato et al., 2018).
 */
final class SpectralNorm {

    private static final double EPS = 1e-12;

    private final Tensor u;
    private final Tensor v;

    SpectralNorm(Tensor u, Tensor v) {
        this.u = u;
        this.v = v;
    }

    static Tensor unitVector(long size, Generator generator) {
        return Scope.returning(() -> unit(Init.normal_(Torch.empty(size), 0, 1, generator)));
    }

    private static Tensor unit(Tensor x) {
        return x.div(Linalg.vectorNorm(x, 2).clampMin(EPS));
    }

    /** Returns the divided weight; gradients go through both parts of the quotient, with u and v constant. */
    Tensor normalise(Tensor weight, boolean training) {
        Tensor matrix = weight.flatten(1);
        if (training) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                v.copy_(unit(matrix.t().mv(u)));
                u.copy_(unit(matrix.mv(v)));
            }
        }
        // Copies, because the next forward changes u and v before this one's backward may have run.
        return weight.div(u.clone().dot(matrix.mv(v.clone())));
    }
}
