package org.flowprior.target;

import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * A density estimated from points with a Gaussian kernel (Eq. 27), summed over all of them. Differences are taken
 * coordinate by coordinate, because a matrix product rounds a hundred times more; blocks of them stay in the cache. The
 * error against sums in float64, for 100,000 points and bandwidth 0.1, is at most 2e-6 nats near the data and 1e-5
 * elsewhere.
 */
public final class KernelDensity implements AutoCloseable {

    /** The official code's addend to the mean of the kernels: it keeps &minus;log p below 20.26 in the plane. */
    public static final double OFFICIAL_FLOOR = 1e-10;
    /** The paper's bandwidth, in normalised units. */
    public static final double OFFICIAL_BANDWIDTH = 0.1;
    /** The paper's number of points. */
    public static final long OFFICIAL_POINTS = 100_000;

    private static final long ROWS = 128;

    /** [D, M], divided by sqrt(2) bandwidth; owned. */
    private final Tensor points;
    private final double bandwidth;
    private final double floor;

    /** Creates a density with the official floor. */
    public KernelDensity(Tensor points, double bandwidth) {
        this(points, bandwidth, OFFICIAL_FLOOR);
    }

    /**
     * Creates a density with its own copy of the points.
     *
     * @param points    floating point, [M, D], at least one
     * @param bandwidth deviation of the kernel, positive
     * @param floor     added to the mean of the kernels, which are at most 1; 0 for the exact logarithm
     * @throws IllegalArgumentException for other points, bandwidths or floors
     */
    public KernelDensity(Tensor points, double bandwidth, double floor) {
        if (points.dim() != 2 || points.size(0) == 0) {
            throw new IllegalArgumentException("a kernel density needs points [M, D], not " + points.signature());
        }
        if (!(bandwidth > 0 && bandwidth < Double.POSITIVE_INFINITY)
                || !(floor >= 0 && floor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("a kernel density needs a positive bandwidth and a floor of at least 0, "
                    + "not " + bandwidth + ", " + floor);
        }
        this.bandwidth = bandwidth;
        this.floor = floor;
        try (Scope scope = Scope.open()) {
            this.points = points.detach().t().div(Math.sqrt(2) * bandwidth).contiguous().keep();
        }
    }

    /** Returns the deviation of the kernel. */
    public double bandwidth() {
        return bandwidth;
    }

    /**
     * Returns &minus;log of the density, without a gradient for x.
     *
     * @param x floating point, [N, D], on the points' device
     * @return [N], nats, of the dtype of x
     */
    public Tensor negativeLogLikelihood(Tensor x) {
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> {
                Tensor reference = points.to(x.dtype());
                Tensor rows = x.t().div(Math.sqrt(2) * bandwidth).contiguous();
                Tensor result = Torch.empty(new long[] {x.size(0)}, DType.FLOAT64, x.device());
                for (long first = 0; first < x.size(0); first += ROWS) {
                    long length = Math.min(ROWS, x.size(0) - first);
                    try (Scope scope = Scope.open()) {
                        result.narrow(0, first, length).copy_(logMean(rows.narrow(1, first, length), reference));
                    }
                }
                double constant = points.size(0) / 2.0 * Math.log(2 * Math.PI * bandwidth * bandwidth);
                return result.neg_().add_(constant).to(x.dtype());
            });
        }
    }

    /** Returns the logarithm of floor plus mean of the kernels, float64 [N], for rows [D, N] and points [D, M]. */
    private Tensor logMean(Tensor rows, Tensor reference) {
        long count = reference.size(1);
        long block = RowBlocks.rows(rows.size(1), rows.device());
        double known = floor > 0 ? Math.log(floor) + Math.log(count) : Double.NEGATIVE_INFINITY;
        Tensor sum = Torch.full(new long[] {rows.size(1)}, known, DType.FLOAT64, rows.device());
        for (long first = 0; first < count; first += block) {
            try (Scope scope = Scope.open()) {
                Tensor exponents = exponents(rows, reference.narrow(1, first, Math.min(block, count - first)));
                sum.copy_(sum.logaddexp(ClampedSoftmax.logSumExp_(exponents).to(DType.FLOAT64)));
            }
        }
        return sum.sub_(Math.log(count));
    }

    /** Returns minus the squared distances, [N, M]. */
    private static Tensor exponents(Tensor rows, Tensor reference) {
        Tensor total = null;
        for (int d = 0; d < rows.size(0); d++) {
            Tensor difference = rows.select(0, d).unsqueeze(1).sub(reference.select(0, d));
            total = total == null ? difference.mul_(difference).neg_() : total.addcmul_(difference, difference, -1);
        }
        return total;
    }

    /** Frees the points. */
    @Override
    public void close() {
        points.close();
    }
}
