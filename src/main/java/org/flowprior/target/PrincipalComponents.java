package org.flowprior.target;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;

/**
 * x &#8614; V (x &minus; mean), V [d1, d2] the orthonormal directions of largest variance, in descending order: the
 * paper's PCA (Sec. 5.3), for which no code was published. Centred, not whitened, as scikit-learn's {@code PCA}. In
 * each direction, the number of largest magnitude is positive.
 */
public final class PrincipalComponents implements Projection {

    static final String MEAN = StoredProjection.PREFIX + "mean";
    static final String COMPONENTS = StoredProjection.PREFIX + "components";
    static final String VARIANCE = StoredProjection.PREFIX + "explainedVariance";
    static final String TOTAL = StoredProjection.PREFIX + "totalVariance";

    /** Seed from which a fit draws the rows of a Gaussian bank. */
    private static final long SEED = 0;

    private final FixedTensor mean;
    private final FixedTensor components;
    private final FixedTensor variance;
    private final double totalVariance;
    private final double scale;

    /** Takes float32 [d2], float32 [d1, d2], float64 [d1]. */
    PrincipalComponents(FixedTensor mean, FixedTensor components, FixedTensor variance, double totalVariance,
            double scale) {
        this.mean = mean;
        this.components = components;
        this.variance = variance;
        this.totalVariance = totalVariance;
        this.scale = scale;
    }

    /**
     * Fits exactly, by the eigenvectors of the covariance, which is summed in float64 in one pass over the rows. Memory
     * grows with d2 squared (6 MB for 896) and not with the number of rows.
     *
     * @param rows    two or more rows [N, d2]
     * @param outputs d1, at most d2
     * @throws IllegalArgumentException for a d1 that is not in [1, d2], and for fewer than two rows
     */
    public static PrincipalComponents fit(RowSource rows, int outputs) {
        return PrincipalComponentsFit.exact(rows, outputs);
    }

    /** Fits as {@link #fit(RowSource, int)}; the rows of a Gaussian bank are drawn from seed 0. */
    public static PrincipalComponents fit(FeatureBank bank, int outputs) {
        try (Generator generator = Generator.seeded(SEED)) {
            return fit(RowSource.of(bank, generator), outputs);
        }
    }

    /**
     * Fits block by block without a covariance: one singular value decomposition takes the weighted directions so far,
     * the next block, and a row that accounts for the shift of the mean (Ross et al. 2008, as scikit-learn's {@code
     * IncrementalPCA}). Memory grows with (kept + block) &middot; d2, so use it if the covariance does not fit;
     * otherwise {@link #fit(RowSource, int)} is exact and faster. Directions cut off between blocks are lost, so keep
     * more than d1: with all d2 kept the result is exact.
     *
     * @param rows      two or more rows [N, d2]
     * @param outputs   d1, at most d2
     * @param kept      directions kept between blocks, at least d1; scikit-learn keeps d1
     * @param blockRows rows in a block, at least 1
     * @throws IllegalArgumentException for numbers outside these bounds, and for fewer than d1 rows
     */
    public static PrincipalComponents fitIncrementally(RowSource rows, int outputs, int kept, int blockRows) {
        return PrincipalComponentsFit.incremental(rows, outputs, kept, blockRows);
    }

    /** Fits as {@link #fitIncrementally(RowSource, int, int, int)}, with the rows of a Gaussian bank from seed 0. */
    public static PrincipalComponents fitIncrementally(FeatureBank bank, int outputs, int kept, int blockRows) {
        try (Generator generator = Generator.seeded(SEED)) {
            return fitIncrementally(RowSource.of(bank, generator), outputs, kept, blockRows);
        }
    }

    /** Returns the mean that is subtracted, float32 [d2]; open as long as the projection. */
    public Tensor mean() {
        return mean.value();
    }

    /** Returns V, float32 [d1, d2]; open as long as the projection. */
    public Tensor components() {
        return components.value();
    }

    /** Returns the unbiased variance along each direction, [d1], descending. */
    public double[] explainedVariance() {
        return variance.value().toDoubleArray();
    }

    /** Returns {@link #explainedVariance} divided by {@link #totalVariance}, [d1]. */
    public double[] explainedVarianceRatio() {
        return Arrays.stream(explainedVariance()).map(v -> v / totalVariance).toArray();
    }

    /** Returns the variance of all d2 dimensions together. */
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
        Map<String, String> metadata = StoredProjection.metadata(this);
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
