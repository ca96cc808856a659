package org.flowprior.eval;

import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Results;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * The Fr&eacute;chet distance between two Gaussians, |&mu;1 &minus; &mu;2|&sup2; + tr &Sigma;1 + tr &Sigma;2 &minus; 2
 * tr (&Sigma;1 &Sigma;2)^(1/2). With Inception's features it is the FID (Heusel et al. 2017).
 *
 * <p>The last trace is computed as that of (R &Sigma;2 R)^(1/2), with R the root of &Sigma;1: two symmetric
 * eigenproblems in float64. Evaluators take the root of the product itself and subtract the means in float32; they agree
 * to 1e-7, also when N is less than D.
 */
public final class FrechetDistance {

    private FrechetDistance() {}

    /**
     * Computes the distance. Between statistics and themselves it is 0 up to roundoff, and so may be negative.
     *
     * @throws IllegalArgumentException for statistics of different dimensions
     */
    public static double of(GaussianStatistics a, GaussianStatistics b) {
        if (a.dimension() != b.dimension()) {
            throw new IllegalArgumentException("features of " + a.dimension() + " and of " + b.dimension()
                    + " numbers have no distance");
        }
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            double means = a.mean().sub(b.mean()).square_().sum().item();
            return means + trace(a) + trace(b) - 2 * rootTrace(a.covariance(), b.covariance());
        }
    }

    private static double trace(GaussianStatistics statistics) {
        return statistics.covariance().diagonal().sum().item();
    }

    private static double rootTrace(Tensor first, Tensor second) {
        Results.EigenvaluesEigenvectors eigen = Linalg.eigh(first);
        // With V the eigenvectors and S the roots of the eigenvalues, S V' second V S has the eigenvalues of R second R.
        Tensor scaled = eigen.eigenvectors().mul(eigen.eigenvalues().clampMin(0).sqrt_());
        Tensor product = scaled.t().mm(second).mm(scaled);
        return Linalg.eigvalsh(product).clampMin(0).sqrt_().sum().item();
    }
}
