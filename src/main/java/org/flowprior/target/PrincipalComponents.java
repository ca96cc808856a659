package org.flowprior.target;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * x &#8614; V (x &minus; mean), V [d1, d2] the orthonormal directions of largest variance, in its descending order (the
 * paper's PCA, Sec. 5.3, of which no code was published). Centred, not whitened, as scikit-learn's {@code PCA}: the
 * number of largest magnitude in each direction is positive.
 */
public final class PrincipalComponents implements Projection {

    static final String KIND = "principal-components";
    static final String MEAN = LinearMap.PREFIX + "mean";
    static final String COMPONENTS = LinearMap.PREFIX + "components";
    static final String VARIANCE = LinearMap.PREFIX + "explainedVariance";
    static final String TOTAL = LinearMap.PREFIX + "totalVariance";

    /** A Gaussian bank's rows are drawn for a fit, from this seed. */
    private static final long DRAWS = 0;

    private final FixedTensor mean;
    private final FixedTensor components;
    private final FixedTensor variance;
    private final double totalVariance;
    private final double scale;

    /** Float32 [d2], float32 [d1, d2], float64 [d1]. */
    PrincipalComponents(FixedTensor mean, FixedTensor components, FixedTensor variance, double totalVariance,
            double scale) {
        this.mean = mean;
        this.components = components;
        this.variance = variance;
        this.totalVariance = totalVariance;
        this.scale = scale;
    }

    /** What a fit found, in float64: mean [d2], directions as rows [d1, d2], their variances [d1], that of all d2. */
    record Fit(Tensor mean, Tensor directions, Tensor variances, double totalVariance) {

        PrincipalComponents projection() {
            try (Scope scope = Scope.open()) {
                Tensor largest = directions.gather(1, directions.abs().argmax(1L, true));
                return new PrincipalComponents(FixedTensor.copyOf(mean.to(DType.FLOAT32)),
                        FixedTensor.copyOf(directions.mul(largest.sign()).to(DType.FLOAT32)),
                        FixedTensor.copyOf(variances), totalVariance, 1);
            }
        }
    }

    /**
     * Fits exactly: eigenvectors of the covariance, which is summed in float64 in one pass over the rows. Memory grows
     * with d2 squared (6 MB for 896) and not with the number of rows.
     *
     * @param rows    two or more rows [N, d2]
     * @param outputs d1, at most d2
     * @throws IllegalArgumentException for a d1 that is not in [1, d2], and for fewer than two rows
     */
    public static PrincipalComponents fit(RowSource rows, int outputs) {
        return CovarianceFit.of(rows, outputs);
    }

    /** As {@link #fit(RowSource, int)}; the rows of a Gaussian bank are drawn from seed 0. */
    public static PrincipalComponents fit(FeatureBank bank, int outputs) {
        try (Generator generator = Generator.seeded(DRAWS)) {
            return fit(RowSource.of(bank, generator), outputs);
        }
    }

    /**
     * Fits block by block without a covariance: the directions kept so far, weighted, and the next block go through one
     * singular value decomposition, with the row that accounts for the shift of the mean (Ross et al. 2008, as
     * scikit-learn's {@code IncrementalPCA}). Memory grows with (kept + block) &middot; d2, so it is for dimensions
     * whose covariance does not fit; else {@link #fit(RowSource, int)} is exact and faster. What is cut off between
     * blocks is lost, so keep more than d1: with all d2 kept the result is exact.
     *
     * @param rows      two or more rows [N, d2]
     * @param outputs   d1, at most d2
     * @param kept      directions kept between blocks, at least d1; scikit-learn keeps d1
     * @param blockRows rows in a block, at least 1
     * @throws IllegalArgumentException for numbers outside these bounds, and for fewer than d1 rows
     */
    public static PrincipalComponents fitIncrementally(RowSource rows, int outputs, int kept, int blockRows) {
        return IncrementalFit.of(rows, outputs, kept, blockRows);
    }

    /** As {@link #fitIncrementally(RowSource, int, int, int)}; the rows of a Gaussian bank are drawn from seed 0. */
    public static PrincipalComponents fitIncrementally(FeatureBank bank, int outputs, int kept, int blockRows) {
        try (Generator generator = Generator.seeded(DRAWS)) {
            return fitIncrementally(RowSource.of(bank, generator), outputs, kept, blockRows);
        }
    }

    static void check(RowSource rows, int outputs) {
        if (outputs < 1 || outputs > rows.dimension()) {
            throw new IllegalArgumentException("rows of dimension " + rows.dimension() + " have no " + outputs
                    + " principal components");
        }
        if (rows.rows() < 2) {
            throw new IllegalArgumentException("principal components need at least two rows, not " + rows.rows());
        }
    }

    /** The mean that is taken off, float32 [d2]; open as long as the projection. */
    public Tensor mean() {
        return mean.value();
    }

    /** V, float32 [d1, d2]; open as long as the projection. */
    public Tensor components() {
        return components.value();
    }

    /** Unbiased variance along each direction, [d1], descending. */
    public double[] explainedVariance() {
        return variance.value().toDoubleArray();
    }

    /** The same as shares of the variance of all d2 dimensions together. */
    public double[] explainedVarianceRatio() {
        return Arrays.stream(explainedVariance()).map(v -> v / totalVariance).toArray();
    }

    /** Variance of all d2 dimensions together. */
    public double totalVariance() {
        return totalVariance;
    }

    @Override
    public int inputs() {
        return Math.toIntExact(components.value().size(1));
    }

    @Override
    public int outputs() {
        return Math.toIntExact(components.value().size(0));
    }

    @Override
    public double scale() {
        return scale;
    }

    @Override
    public Tensor apply(Tensor x) {
        return LinearMap.apply(this, x, rows -> Functional.linear(rows.sub(mean.on(x.device())),
                components.on(x.device())));
    }

    @Override
    public PrincipalComponents withScale(double other) {
        LinearMap.check(inputs(), outputs(), other);
        return new PrincipalComponents(mean.share(), components.share(), variance.share(), totalVariance, other);
    }

    @Override
    public Map<String, Tensor> tensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put(MEAN, mean.value());
        tensors.put(COMPONENTS, components.value());
        tensors.put(VARIANCE, variance.value());
        return tensors;
    }

    @Override
    public Map<String, String> metadata() {
        Map<String, String> metadata = LinearMap.metadata(KIND, this);
        metadata.put(TOTAL, Double.toString(totalVariance));
        return metadata;
    }

    @Override
    public void close() {
        mean.close();
        components.close();
        variance.close();
    }
}
