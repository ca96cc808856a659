package org.flowprior.flow;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.Results.EigenvaluesEigenvectors;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Gauss quadrature: the mean of f under a distribution is about the sum of weight times f(node), exactly so for
 * polynomials of degree up to 2n - 1. After Golub and Welsch, the nodes are the eigenvalues of the tridiagonal matrix
 * of the recurrence of the orthonormal polynomials, and the weights the squared first entries of its eigenvectors.
 *
 * @param nodes   ascending, float64 [n]
 * @param weights their sum is 1, float64 [n]
 */
record Quadrature(Tensor nodes, Tensor weights) {

    /** Returns Gauss-Legendre: for the uniform distribution on [from, to]. */
    static Quadrature legendre(int n, double from, double to) {
        try (Scope scope = Scope.open()) {
            Quadrature standard = of(n, k -> k / Math.sqrt(4.0 * k * k - 1));
            Tensor nodes = standard.nodes.mul((to - from) / 2).add((from + to) / 2);
            return new Quadrature(nodes.moveOutward(), standard.weights.moveOutward());
        }
    }

    /** Returns Gauss-Hermite: for N(0, 1). */
    static Quadrature hermite(int n) {
        return of(n, Math::sqrt);
    }

    /** {@code offDiagonal}: the entry (k, k - 1) of the tridiagonal matrix, for k from 1. */
    private static Quadrature of(int n, IntToDoubleFunction offDiagonal) {
        try (Scope scope = Scope.open()) {
            Tensor matrix = n == 1 ? Torch.zeros(new long[] {1, 1}, DType.FLOAT64)
                    : Tensor.of(IntStream.range(1, n).mapToDouble(offDiagonal).toArray()).diag(-1);
            EigenvaluesEigenvectors system = Linalg.eigh(matrix, "L");
            return new Quadrature(system.eigenvalues().moveOutward(),
                    system.eigenvectors().select(0, 0).square().moveOutward());
        }
    }
}
