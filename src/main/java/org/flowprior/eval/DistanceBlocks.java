package org.flowprior.eval;

import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/** Computes the distances between all points of two sets in a {@link PrecisionRecall.Convention}, block by block. */
final class DistanceBlocks {

    /** Points of a block of ADM, whose distances are all float16 or all float32. */
    private static final long LARGE = 10_000;
    /** Rows computed at once. */
    private static final long ROWS = 1000;
    private static final double LARGEST_HALF = 65504;

    /** Takes a block of distances, float32 [r, c], that begins at that row and column, in a scope of its own. */
    @FunctionalInterface
    interface Visitor {
        void take(long row, long column, Tensor block);
    }

    private final PrecisionRecall.Convention convention;

    DistanceBlocks(PrecisionRecall.Convention convention) {
        this.convention = convention;
    }

    /** Visits the distances between all u, float32 [n, D], which are the rows, and all v, float32 [m, D]. */
    void visit(Tensor u, Tensor v, Visitor visitor) {
        for (long row = 0; row < u.size(0); row += LARGE) {
            for (long column = 0; column < v.size(0); column += LARGE) {
                try (Scope scope = Scope.open()) {
                    visit(part(u, row, LARGE), part(v, column, LARGE), row, column, visitor);
                }
            }
        }
    }

    private void visit(Tensor u, Tensor v, long row, long column, Visitor visitor) {
        boolean adm = convention == PrecisionRecall.Convention.ADM;
        Halves left = adm ? Halves.of(u) : null;
        Halves right = adm ? Halves.of(v) : null;
        boolean halves = adm && finite(left, right);
        for (long from = 0; from < u.size(0); from += ROWS) {
            try (Scope scope = Scope.open()) {
                Tensor some = part(u, from, ROWS);
                visitor.take(row + from, column, switch (convention) {
                    case TORCH_FIDELITY -> Torch.cdist(some, v, 2);
                    case ADM -> halves ? squares(left.part(from), right).to(DType.FLOAT32) : squares(some, v);
                });
            }
        }
    }

    private static Tensor part(Tensor points, long from, long most) {
        return points.narrow(0, from, Math.min(most, points.size(0) - from));
    }

    /**
     * Points rounded to float16, in float32 [n, D], and their squared lengths, the sums of squares rounded to float16,
     * in float16 [n].
     */
    private record Halves(Tensor points, Tensor lengths) {

        static Halves of(Tensor points) {
            Tensor halves = points.to(DType.FLOAT16);
            Tensor lengths = Scope.returning(() -> halves.square().to(DType.FLOAT32).sum(1).to(DType.FLOAT16));
            return new Halves(halves.to(DType.FLOAT32), lengths);
        }

        Halves part(long from) {
            return new Halves(DistanceBlocks.part(points, from, ROWS), DistanceBlocks.part(lengths, from, ROWS));
        }
    }

    private static boolean finite(Halves u, Halves v) {
        // 2 u v is at most the sum of the squared lengths, so no step exceeds twice that sum; 1 % is for roundoff.
        if (2.02 * (u.lengths().max().item() + v.lengths().max().item()) < LARGEST_HALF) {
            return true;
        }
        for (long from = 0; from < u.lengths().size(0); from += ROWS) {
            try (Scope scope = Scope.open()) {
                if (squares(u.part(from), v).isfinite().all().item() == 0) {
                    return false;
                }
            }
        }
        return true;
    }

    /** In float32, products of float16 numbers are exact; only their sums are rounded. */
    private static Tensor squares(Halves u, Halves v) {
        Tensor products = u.points().mm(v.points().t()).to(DType.FLOAT16);
        return u.lengths().unsqueeze(1).sub(products.mul_(2)).add_(v.lengths()).clampMin_(0);
    }

    private static Tensor squares(Tensor u, Tensor v) {
        Tensor products = u.mm(v.t());
        return u.square().sum(1).unsqueeze(1).sub(products.mul_(2)).add_(v.square().sum(1)).clampMin_(0);
    }
}
