package org.flowprior.eval;

import java.util.Arrays;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Mean and unbiased covariance (divided by N &minus; 1) of feature vectors: the Gaussian that {@link FrechetDistance}
 * compares.
 *
 * @param mean       float64, [D], on the CPU
 * @param covariance float64, [D, D], on the CPU
 * @param count      N; 0 if unknown, as for statistics from a file
 */
public record GaussianStatistics(Tensor mean, Tensor covariance, long count) {

    /** Throws {@link IllegalArgumentException} for other shapes and dtypes, and for numbers that are not finite. */
    public GaussianStatistics {
        long d = mean.dim() == 1 ? mean.size(0) : 0;
        if (d == 0 || !Arrays.equals(covariance.shape(), new long[] {d, d}) || mean.dtype() != DType.FLOAT64
                || covariance.dtype() != DType.FLOAT64) {
            throw new IllegalArgumentException("statistics are a mean [D] and a covariance [D, D] in float64, not "
                    + mean.signature() + " and " + covariance.signature());
        }
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            if (mean.isfinite().all().item() == 0 || covariance.isfinite().all().item() == 0) {
                throw new IllegalArgumentException("statistics whose mean or covariance is not finite");
            }
        }
    }

    /** Returns D, the length of a feature vector. */
    public int dimension() {
        return Math.toIntExact(mean.size(0));
    }

    /**
     * Computes the statistics of the rows of one tensor, in the innermost scope.
     *
     * @param features floating point, [N, D], finite, on any device; N at least 2, D at least 1
     * @throws IllegalArgumentException for anything else
     */
    public static GaussianStatistics of(Tensor features) {
        if (features.dim() != 2) {
            throw new IllegalArgumentException("features must be [N, D], not " + features.signature());
        }
        try (Accumulator accumulator = new Accumulator(Math.toIntExact(features.size(1)))) {
            for (long from = 0; from < features.size(0); from += Accumulator.BLOCK) {
                try (Scope scope = Scope.open()) {
                    accumulator.add(features.narrow(0, from, Math.min(Accumulator.BLOCK, features.size(0) - from)));
                }
            }
            return accumulator.result();
        }
    }

    /**
     * Computes statistics of features that come batch by batch. Memory does not depend on their number. Sums and outer
     * products are in float64, of the features minus the first batch's mean, to avoid cancellation.
     */
    public static final class Accumulator implements AutoCloseable {

        private static final long BLOCK = 1024;

        private final int dimension;
        private final Tensor sum;
        private final Tensor products;
        private Tensor center;
        private long count;

        /**
         * An accumulator for vectors of D numbers, which holds about D&sup2; numbers.
         *
         * @param dimension D
         * @throws IllegalArgumentException for a dimension below 1
         */
        public Accumulator(int dimension) {
            if (dimension < 1) {
                throw new IllegalArgumentException("features have at least one number, not " + dimension);
            }
            this.dimension = dimension;
            sum = Torch.zeros(new long[] {dimension}, DType.FLOAT64).keep();
            products = Torch.zeros(new long[] {dimension, dimension}, DType.FLOAT64).keep();
        }

        /** Returns the number of vectors so far. */
        public long count() {
            return count;
        }

        /**
         * Adds vectors.
         *
         * @param features floating point, [B, D], finite, on any device
         * @throws IllegalArgumentException for anything else; nothing is added then
         */
        public void add(Tensor features) {
            if (features.dim() != 2 || features.size(1) != dimension || !features.dtype().isFloatingPoint()) {
                throw new IllegalArgumentException("features must be floating point [B, " + dimension + "], not "
                        + features.signature());
            }
            if (features.size(0) == 0) {
                return;
            }
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                    Autocast off = Autocast.off(Device.Type.CPU)) {
                FiniteRows.require(features, "a feature vector");
                Tensor rows = features.detach().to(Device.CPU, DType.FLOAT64);
                if (center == null) {
                    center = rows.mean(0).keep();
                }
                Tensor offset = rows.sub(center);
                sum.add_(offset.sum(0));
                products.add_(offset.t().mm(offset));
                count += rows.size(0);
            }
        }

        /**
         * Computes the statistics so far, in the innermost scope; more vectors may be added afterwards.
         *
         * @throws IllegalArgumentException for fewer than two vectors, which have no covariance
         */
        public GaussianStatistics result() {
            if (count < 2) {
                throw new IllegalArgumentException("a covariance needs at least two feature vectors, not " + count);
            }
            try (NoGrad noGrad = new NoGrad()) {
                Tensor mean = Scope.returning(() -> sum.div(count).add_(center));
                Tensor covariance = Scope.returning(() -> products.addr(sum, sum, 1, -1.0 / count).div_(count - 1));
                return new GaussianStatistics(mean, covariance, count);
            }
        }

        @Override
        public void close() {
            sum.close();
            products.close();
            if (center != null) {
                center.close();
            }
        }
    }
}
