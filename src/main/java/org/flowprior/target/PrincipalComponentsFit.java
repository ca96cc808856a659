package org.flowprior.target;

import java.util.ArrayList;
import java.util.List;
import org.flowprior.shards.RunningMoments;
import org.flowprior.torch.DType;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Results;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Principal components of rows, in float64.
 *
 * @param mean          [d2]
 * @param directions    as rows, [d1, d2]
 * @param variances     along the directions, [d1]
 * @param totalVariance of all d2 dimensions together
 */
record PrincipalComponentsFit(Tensor mean, Tensor directions, Tensor variances, double totalVariance) {

    /** Numbers of a block, 64 MB in float64. */
    private static final int BLOCK = 1 << 23;

    /** Fits by the covariance, summed over blocks around the mean of the first. */
    static PrincipalComponents exact(RowSource rows, int outputs) {
        check(rows, outputs);
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
            return new PrincipalComponentsFit(center.add(shift), directions, variances,
                    covariance.diagonal().sum().item()).projection();
        }
    }

    /** Fits by a running singular value decomposition. */
    static PrincipalComponents incremental(RowSource rows, int outputs, int kept, int blockRows) {
        check(rows, outputs);
        if (kept < outputs || blockRows < 1 || rows.rows() < outputs) {
            throw new IllegalArgumentException("an incremental fit of " + outputs + " components keeps as many at "
                    + "least, in blocks of at least one row, and has as many rows; not kept " + kept + ", blocks of "
                    + blockRows + ", " + rows.rows() + " rows");
        }
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            RunningMoments moments = new RunningMoments(rows.dimension());
            Tensor weighted = null;
            for (long from = 0; from < rows.rows(); from += blockRows) {
                try (Scope inner = Scope.open(); Tensor before = weighted) {
                    Tensor block = rows.block(from, Math.min(blockRows, rows.rows() - from)).to(DType.FLOAT64);
                    weighted = extended(before, block, moments, kept).moveOutward();
                }
            }
            Results.USVh svd = Linalg.svd(weighted, false);
            Tensor variances = svd.s().narrow(0, 0, outputs).square().div(moments.count() - 1);
            return new PrincipalComponentsFit(Tensor.of(moments.mean()), svd.vh().narrow(0, 0, outputs), variances,
                    moments.totalVariance()).projection();
        }
    }

    /**
     * Takes a block into the decomposition and the moments.
     *
     * @param before singular values times right singular vectors, [at most kept, d2]; null for the first block
     * @return the same with the block
     */
    private static Tensor extended(Tensor before, Tensor block, RunningMoments moments, int kept) {
        Tensor mean = block.mean(0);
        List<Tensor> stack = new ArrayList<>();
        if (before != null) {
            stack.add(before);
            double seen = moments.count();
            long count = block.size(0);
            Tensor jump = Tensor.of(moments.mean()).sub(mean).mul(Math.sqrt(seen * count / (seen + count)));
            stack.add(jump.unsqueeze(0));
        }
        stack.add(block.sub(mean));
        moments.add(block, null);
        Results.USVh svd = Linalg.svd(Torch.cat(stack, 0), false);
        long rank = Math.min(kept, svd.s().size(0));
        return svd.vh().narrow(0, 0, rank).mul(svd.s().narrow(0, 0, rank).unsqueeze(1));
    }

    private static void check(RowSource rows, int outputs) {
        if (outputs < 1 || outputs > rows.dimension()) {
            throw new IllegalArgumentException("rows of dimension " + rows.dimension() + " have no " + outputs
                    + " principal components");
        }
        if (rows.rows() < 2) {
            throw new IllegalArgumentException("principal components need at least two rows, not " + rows.rows());
        }
    }

    /** Rounds to float32 and turns each direction so that its number of largest magnitude is positive. */
    private PrincipalComponents projection() {
        Tensor largest = directions.gather(1, directions.abs().argmax(1L, true));
        return new PrincipalComponents(FixedTensor.copyOf(mean.to(DType.FLOAT32)),
                FixedTensor.copyOf(directions.mul(largest.sign()).to(DType.FLOAT32)), FixedTensor.copyOf(variances),
                totalVariance, 1);
    }
}
