package org.flowprior.target;

import org.flowprior.torch.DType;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Results;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Principal components from the covariance, summed over blocks around the mean of the first. */
final class CovarianceFit {

    /** Numbers of a block, 64 MB in float64. */
    private static final int BLOCK = 1 << 23;

    private CovarianceFit() {}

    static PrincipalComponents of(RowSource rows, int outputs) {
        PrincipalComponents.check(rows, outputs);
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            int dimension = rows.dimension();
            long n = rows.rows();
            long step = Math.max(1, BLOCK / dimension);
            Tensor center = null;
            Tensor sum = Torch.zeros(new long[] {dimension}, DType.FLOAT64);
            Tensor products = Torch.zeros(new long[] {dimension, dimension}, DType.FLOAT64);
            for (long from = 0; from < n; from += step) {
                try (Scope inner = Scope.open()) {
                    Tensor block = rows.block(from, Math.min(step, n - from)).to(DType.FLOAT64);
                    center = center == null ? block.mean(0).moveOutward() : center;
                    Tensor offset = block.sub(center);
                    sum.add_(offset.sum(0));
                    products.add_(offset.t().mm(offset));
                }
            }
            Tensor shift = sum.div(n);
            Tensor covariance = products.sub_(shift.outer(sum)).div_(n - 1);
            Results.EigenvaluesEigenvectors eigen = Linalg.eigh(covariance);
            long first = dimension - outputs;
            Tensor variances = eigen.eigenvalues().narrow(0, first, outputs).flip(0).clampMin(0);
            Tensor directions = eigen.eigenvectors().narrow(1, first, outputs).flip(1).t();
            return new PrincipalComponents.Fit(center.add(shift), directions, variances,
                    covariance.diagonal().sum().item()).projection();
        }
    }
}
