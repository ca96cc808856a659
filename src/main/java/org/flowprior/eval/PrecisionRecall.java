package org.flowprior.eval;

import java.util.List;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Precision and recall of generated images in feature space (Kynk&auml;&auml;nniemi et al. 2019). The radius of a point
 * is the distance to its k-th nearest neighbour in its own set, itself excluded. Precision is the share of generated
 * points within the radius of at least one real point, recall the share of real points within the radius of at least
 * one generated point; a distance equal to the radius counts as within it.
 *
 * <p>Distances are computed block by block, so apart from the points themselves, memory does not depend on their number.
 */
public final class PrecisionRecall {

    /** How distances are computed. */
    public enum Convention {
        /** Torch-fidelity: Euclidean, in float32, by matrix products in blocks of more than 25 points. */
        TORCH_FIDELITY,
        /**
         * ADM, the evaluator of guided-diffusion: squares |u|&sup2; &minus; 2 u v + |v|&sup2;, at least 0, with every
         * step rounded to float16, so ties are common. A block of 10,000 x 10,000 with a distance that is not finite is
         * computed in float32. Sums are rounded once, at their end; a GPU may round them at other points.
         */
        ADM
    }

    /**
     * The result.
     *
     * @param precision in [0, 1]
     * @param recall    in [0, 1]
     * @param fScore    2 P R / (P + R), with P + R at least 1e-5
     */
    public record Result(double precision, double recall, double fScore) {}

    private PrecisionRecall() {}

    /**
     * Compares two sets on the generated set's device.
     *
     * @param generated floating point, [N, D], finite
     * @param real      floating point, [M, D], finite
     * @param k         number of the neighbour, below N and M, at least 1; evaluators use 3
     * @throws IllegalArgumentException for anything else
     */
    public static Result of(Tensor generated, Tensor real, int k, Convention convention) {
        check(generated, real, k);
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                Autocast off = Autocast.off(generated.device().type())) {
            FiniteRows.require(generated, "a generated image's feature vector");
            FiniteRows.require(real, "a real image's feature vector");
            Tensor ours = generated.detach().to(DType.FLOAT32);
            Tensor theirs = real.detach().to(DType.FLOAT32, generated.device());
            DistanceBlocks distances = new DistanceBlocks(convention);
            Tensor ourRadii = radii(distances, ours, k);
            Tensor theirRadii = radii(distances, theirs, k).unsqueeze(1);
            Tensor precise = Torch.zeros(new long[] {ours.size(0)}, DType.BOOL, ours.device());
            Tensor recalled = Torch.zeros(new long[] {theirs.size(0)}, DType.BOOL, ours.device());
            distances.visit(theirs, ours, (row, column, block) -> {
                Tensor nearReal = block.le(theirRadii.narrow(0, row, block.size(0))).any(0L);
                precise.narrow(0, column, block.size(1)).logicalOr_(nearReal);
                Tensor nearGenerated = block.le(ourRadii.narrow(0, column, block.size(1))).any(1L);
                recalled.narrow(0, row, block.size(0)).logicalOr_(nearGenerated);
            });
            double precision = share(precise);
            double recall = share(recalled);
            return new Result(precision, recall, 2 * precision * recall / Math.max(1e-5, precision + recall));
        }
    }

    private static void check(Tensor generated, Tensor real, int k) {
        boolean features = generated.dim() == 2 && real.dim() == 2 && generated.size(1) == real.size(1)
                && generated.numel() > 0 && generated.dtype().isFloatingPoint() && real.dtype().isFloatingPoint();
        if (!features) {
            throw new IllegalArgumentException("precision and recall need floating point features [N, D] and [M, D], "
                    + "not " + generated.signature() + " and " + real.signature());
        }
        if (k < 1 || k >= generated.size(0) || k >= real.size(0)) {
            throw new IllegalArgumentException("among " + generated.size(0) + " generated and " + real.size(0)
                    + " real points, not every one has another that is its neighbour number " + k);
        }
    }

    private static double share(Tensor which) {
        return which.sum().item() / which.size(0);
    }

    /** Returns distances to the k-th nearest other point, [n], after each point's distance to itself, 0. */
    private static Tensor radii(DistanceBlocks distances, Tensor points, int k) {
        Tensor nearest = Torch.full(new long[] {points.size(0), k + 1}, Double.POSITIVE_INFINITY, DType.FLOAT32,
                points.device());
        distances.visit(points, points, (row, column, block) -> {
            Tensor before = nearest.narrow(0, row, block.size(0));
            Tensor found = block.topk(Math.min(k + 1L, block.size(1)), 1, false).values();
            before.copy_(Torch.cat(List.of(before, found), 1).topk(k + 1, 1, false).values());
        });
        return nearest.select(1, k);
    }
}
