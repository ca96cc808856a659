package org.flowprior.flow;

import org.flowprior.torch.DType;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.Results.EigenvaluesEigenvectors;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Gauss quadrature: the mean of f under a distribution is about the sum of weight times f(node), exactly so for
 * polynomials of degree up to 2n &minus; 1. By Golub and Welsch: the nodes are the eigenvalues of the tridiagonal
 * matrix of the recurrence of the orthonormal polynomials, the weights the squared first entries of its eigenvectors.
 *
 * @param nodes   ascending, float64 [n]
 * @param weights their sum is 1, float64 [n]
 */
record Quadrature(Tensor nodes, Tensor weights) {

    /** For the uniform distribution on [from, to]: Gauss-Legendre. */
    static Quadrature legendre(int n, double from, double to) {
        try (Scope scope = Scope.open()) {
            double[] beside = new double[n - 1];
            for (int k = 1; k < n; k++) {
                beside[k - 1] = k / Math.sqrt(4.0 * k * k - 1);
            }
            Quadrature standard = of(beside);
            Tensor nodes = standard.nodes.mul((to - from) / 2).add((from + to) / 2);
            return new Quadrature(nodes.moveOutward(), standard.weights.moveOutward());
        }
    }

    /** For N(0, 1): Gauss-Hermite. */
    static Quadrature hermite(int n) {
        double[] beside = new double[n - 1];
        for (int k = 1; k < n; k++) {
            beside[k - 1] = Math.sqrt(k);
        }
        return of(beside);
    }

    private static Quadrature of(double[] beside) {
        try (Scope scope = Scope.open()) {
            int n = beside.length + 1;
            Tensor matrix = n == 1 ? Torch.zeros(new long[] {1, 1}, DType.FLOAT64) : Tensor.of(beside).diag(-1);
            EigenvaluesEigenvectors system = Linalg.eigh(matrix, "L");
            return new Quadrature(system.eigenvalues().moveOutward(),
                    system.eigenvectors().select(0, 0).square().moveOutward());
        }
    }
}
