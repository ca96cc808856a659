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

/** Principal components from a running singular value decomposition. */
final class IncrementalFit {

    private final int kept;
    private final RunningMoments moments;
    /** Singular values times right singular vectors, [at most kept, d2]; null before the first block. */
    private Tensor weighted;

    private IncrementalFit(int dimension, int kept) {
        this.kept = kept;
        this.moments = new RunningMoments(dimension);
    }

    static PrincipalComponents of(RowSource rows, int outputs, int kept, int blockRows) {
        PrincipalComponents.check(rows, outputs);
        if (kept < outputs || blockRows < 1 || rows.rows() < outputs) {
            throw new IllegalArgumentException("an incremental fit of " + outputs + " components keeps as many at "
                    + "least, in blocks of at least one row, and has as many rows; not kept " + kept + ", blocks of "
                    + blockRows + ", " + rows.rows() + " rows");
        }
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            IncrementalFit fit = new IncrementalFit(rows.dimension(), kept);
            for (long from = 0; from < rows.rows(); from += blockRows) {
                fit.add(rows, from, Math.min(blockRows, rows.rows() - from));
            }
            return fit.finish(outputs);
        }
    }

    private void add(RowSource rows, long from, long count) {
        Tensor before = weighted;
        weighted = Scope.returning(() -> {
            Tensor block = rows.block(from, count).to(DType.FLOAT64);
            Tensor mean = block.mean(0);
            List<Tensor> stack = new ArrayList<>();
            if (before != null) {
                stack.add(before);
                double seen = moments.count();
                Tensor jump = Tensor.of(moments.mean()).sub(mean).mul(Math.sqrt(seen * count / (seen + count)));
                stack.add(jump.unsqueeze(0));
            }
            stack.add(block.sub(mean));
            moments.add(block, null);
            Results.USVh svd = Linalg.svd(Torch.cat(stack, 0), false);
            long rank = Math.min(kept, svd.s().size(0));
            return svd.vh().narrow(0, 0, rank).mul(svd.s().narrow(0, 0, rank).unsqueeze(1));
        });
        if (before != null) {
            before.close();
        }
    }

    private PrincipalComponents finish(int outputs) {
        Results.USVh svd = Linalg.svd(weighted, false);
        Tensor variances = svd.s().narrow(0, 0, outputs).square().div(moments.count() - 1);
        return new PrincipalComponents.Fit(Tensor.of(moments.mean()), svd.vh().narrow(0, 0, outputs), variances,
                moments.totalVariance()).projection();
    }
}
