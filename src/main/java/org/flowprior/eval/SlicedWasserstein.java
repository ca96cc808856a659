package org.flowprior.eval;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * The sliced Wasserstein distance between two sets of samples: (mean over directions &theta; of W_p^p between their
 * projections on &theta;)^(1/p). In one dimension the optimal transport pairs the sorted samples, so each W_p is exact
 * for the given samples; the sets may differ in size. Between samples of one distribution the distance is not 0, but of
 * the order of N^(-1/2).
 */
public final class SlicedWasserstein {

    /** Numbers projected at once. */
    private static final long BLOCK = 1 << 22;

    private SlicedWasserstein() {}

    /**
     * Draws directions uniformly on the sphere: normal numbers, [count, D] in the generator's order, divided by the
     * rows' lengths.
     *
     * @param generator a CPU generator, null for the default one
     * @return float64, [D, count]
     */
    public static Tensor directions(int dimension, int count, Generator generator) {
        return Scope.returning(() -> {
            Tensor normal = Torch.randn(new long[] {count, dimension}, generator, DType.FLOAT64);
            return normal.div_(normal.norm(2, 1, true)).t();
        });
    }

    /** Computes the distance of order 2 with random directions, see {@link #distance(Tensor, Tensor, Tensor, int)}. */
    public static double distance(Tensor x, Tensor y, int directions, Generator generator) {
        try (Scope scope = Scope.open()) {
            return distance(x, y, directions(Math.toIntExact(x.size(-1)), directions, generator), 2);
        }
    }

    /**
     * Computes the distance in float64, on the device of {@code x}.
     *
     * @param x          floating point, [n, D], finite
     * @param y          floating point, [m, D], finite
     * @param directions unit columns, [D, count]
     * @param order      p, at least 1
     * @throws IllegalArgumentException for anything else
     */
    public static double distance(Tensor x, Tensor y, Tensor directions, int order) {
        check(x, y, directions, order);
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor first = x.detach().to(DType.FLOAT64);
            Tensor second = y.detach().to(DType.FLOAT64, x.device());
            Tensor slices = directions.detach().to(DType.FLOAT64, x.device());
            Pairing pairing = Pairing.of(x.size(0), y.size(0));
            long count = slices.size(1);
            long step = Math.max(1, BLOCK / (x.size(0) + y.size(0)));
            double sum = 0;
            for (long from = 0; from < count; from += step) {
                try (Scope inner = Scope.open()) {
                    Tensor part = slices.narrow(1, from, Math.min(step, count - from)).t();
                    sum += pairing.cost(sorted(part, first), sorted(part, second), order);
                }
            }
            if (!Double.isFinite(sum)) {
                throw new IllegalArgumentException("the samples or directions of a distance are not all finite");
            }
            return Math.pow(sum / count, 1.0 / order);
        }
    }

    private static void check(Tensor x, Tensor y, Tensor directions, int order) {
        boolean shapes = x.dim() == 2 && y.dim() == 2 && directions.dim() == 2 && x.size(1) == y.size(1)
                && x.size(1) == directions.size(0);
        if (!shapes || x.numel() == 0 || y.numel() == 0 || directions.numel() == 0 || order < 1) {
            throw new IllegalArgumentException("a distance of order 1 or more needs samples [n, D] and [m, D] and "
                    + "directions [D, count], not " + x.signature() + ", " + y.signature() + ", "
                    + directions.signature() + ", order " + order);
        }
    }

    private static Tensor sorted(Tensor directions, Tensor rows) {
        return directions.mm(rows.t()).sort(1).values();
    }

    /** The pairs of sorted samples, and the share of each; null arrays pair sets of one size one to one. */
    private record Pairing(long[] left, long[] right, double[] share) {

        static Pairing of(long n, long m) {
            if (n == m) {
                return new Pairing(null, null, null);
            }
            // Quantiles at which either sample changes, times n m, which makes them whole numbers.
            long[] at = LongStream.concat(LongStream.rangeClosed(0, n).map(i -> i * m),
                    LongStream.rangeClosed(0, m).map(j -> j * n)).sorted().distinct().toArray();
            int count = at.length - 1;
            return new Pairing(Arrays.stream(at, 0, count).map(start -> start / m).toArray(),
                    Arrays.stream(at, 0, count).map(start -> start / n).toArray(),
                    IntStream.range(0, count).mapToDouble(k -> (at[k + 1] - at[k]) / ((double) n * m)).toArray());
        }

        /** Returns the sum over the rows, which are sorted, of W_p^p. */
        double cost(Tensor x, Tensor y, int order) {
            if (left == null) {
                return x.sub(y).abs_().pow_(order).sum().item() / x.size(1);
            }
            Tensor a = x.indexSelect(1, Tensor.of(left).to(x.device(), DType.INT64));
            Tensor b = y.indexSelect(1, Tensor.of(right).to(x.device(), DType.INT64));
            return a.sub_(b).abs_().pow_(order).matmul(Tensor.of(share).to(x.device(), DType.FLOAT64)).sum().item();
        }
    }
}
