package org.flowprior.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.Arrays;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against scikit-learn's fits in projections.json, which tools/oracle/projections.py wrote. */
@InScope
class PrincipalComponentsTest {

    private static final JsonObject ORACLE = Resources.json("target/projections.json");

    /** {@code small_rows()} of the script. */
    private static Tensor rows() {
        float[] deviation = new float[24];
        Arrays.fill(deviation, .25f);
        System.arraycopy(new float[] {6, 5, 4, 3, 2}, 0, deviation, 0, 5);
        try (Generator generator = Generator.seeded(7)) {
            return Torch.randn(new long[] {600, 24}, generator).mul(Tensor.of(deviation)).cumsum(1L).add(10);
        }
    }

    private static void assertFit(PrincipalComponents fit, String name, double tolerance) {
        JsonObject expected = ORACLE.getAsJsonObject(name);
        double[] variance = Recorded.numbers(expected.get("variance"));
        Tensor components = Tensor.of(Recorded.numbers(expected.get("components")), 5, 24);
        assertThat(fit.components().to(DType.FLOAT64).sub(components).abs().max().item()).isLessThan(tolerance);
        // Sine of the largest angle: what of these directions lies outside the others.
        Tensor ours = fit.components().to(DType.FLOAT64);
        Tensor outside = ours.sub(ours.matmul(components.t()).matmul(components));
        assertThat(Linalg.svdvals(outside).max().item()).isLessThan(tolerance);
        for (int i = 0; i < 5; i++) {
            assertThat(fit.explainedVariance()[i] / variance[i]).isCloseTo(1, within(tolerance));
        }
        assertThat(fit.explainedVarianceRatio()).containsExactly(Recorded.numbers(expected.get("ratio")),
                within(tolerance));
        assertThat(fit.mean().toDoubleArray()).containsExactly(Recorded.numbers(expected.get("mean")), within(2e-6));
        assertThat(fit.apply(rows().narrow(0, 0, 4)).toDoubleArray())
                .containsExactly(Recorded.numbers(expected.get("projected")), within(3e-5));
    }

    @Test
    void theExactFitIsScikitLearns() {
        try (PrincipalComponents fit = PrincipalComponents.fit(RowSource.of(rows()), 5)) {
            assertFit(fit, "exact", 1e-6);
        }
    }

    @Test
    void theIncrementalFitIsScikitLearns() {
        try (PrincipalComponents fit = PrincipalComponents.fitIncrementally(RowSource.of(rows()), 5, 5, 100)) {
            assertFit(fit, "incremental", 1e-6);
        }
    }

    @Test
    void anIncrementalFitThatKeepsAllIsExact() {
        // Blocks of 7 rows, fewer than are kept, and a last one of 5.
        try (PrincipalComponents fit = PrincipalComponents.fitIncrementally(RowSource.of(rows()), 5, 24, 7)) {
            assertFit(fit, "exact", 1e-6);
        }
    }

    @Test
    void aBankIsFittedAsItsRows(@TempDir Path folder) {
        try (FeatureBankWriter writer = new FeatureBankWriter(folder.resolve("bank"),
                FeatureBankWriter.Options.of("").withRowsPerShard(170))) {
            writer.add(rows());
            try (FeatureBank bank = writer.finish(); PrincipalComponents exact = PrincipalComponents.fit(bank, 5);
                    PrincipalComponents pieces = PrincipalComponents.fitIncrementally(bank, 5, 5, 100)) {
                assertFit(exact, "exact", 1e-6);
                assertFit(pieces, "incremental", 1e-6);
            }
        }
    }

    @Test
    void aGaussianBankIsFittedAsItsDraws(@TempDir Path folder) {
        Tensor moments = Torch.zeros(4000, 4);
        moments.narrow(1, 2, 1).fill_(Math.log(9));
        moments.select(1, 0).narrow(0, 0, 2000).fill_(1);
        try (FeatureBankWriter writer = new FeatureBankWriter(folder.resolve("bank"),
                FeatureBankWriter.Options.of("").withGaussian(true))) {
            writer.add(moments);
            try (FeatureBank bank = writer.finish(); PrincipalComponents fit = PrincipalComponents.fit(bank, 2)) {
                // 9 of the noise and 1/4 of the means, five standard errors of a variance.
                assertThat(fit.explainedVariance()[0]).isCloseTo(9.25, within(5 * 9.25 * Math.sqrt(2 / 4000.0)));
                assertThat(fit.explainedVariance()[1]).isCloseTo(1, within(5 * Math.sqrt(2 / 4000.0)));
            }
        }
    }

    @Test
    void aFarOriginCostsNoDigits() {
        Tensor near = rows();
        Tensor far = near.to(DType.FLOAT32).sub(10).mul(64).round();
        try (PrincipalComponents one = PrincipalComponents.fit(RowSource.of(far), 3);
                PrincipalComponents other = PrincipalComponents.fit(RowSource.of(far.add(1e6)), 3)) {
            assertThat(other.components().sub(one.components()).abs().max().item()).isLessThan(1e-6);
            assertThat(other.explainedVariance()[2] / one.explainedVariance()[2]).isCloseTo(1, within(1e-10));
        }
    }

    @Test
    void projectedRowsHaveTheExplainedVariance() {
        try (PrincipalComponents fit = PrincipalComponents.fit(RowSource.of(rows()), 3)) {
            Tensor y = fit.apply(rows()).to(DType.FLOAT64);
            assertThat(y.mean(0).abs().max().item()).isLessThan(1e-5);
            double[] variance = y.var(0).toDoubleArray();
            for (int i = 0; i < 3; i++) {
                assertThat(variance[i] / fit.explainedVariance()[i]).isCloseTo(1, within(1e-5));
            }
        }
    }

    @Test
    void impossibleFitsAreRefused() {
        RowSource rows = RowSource.of(rows().narrow(0, 0, 4));
        assertThatThrownBy(() -> PrincipalComponents.fit(rows, 25)).hasMessageContaining("no 25 principal components");
        assertThatThrownBy(() -> PrincipalComponents.fit(rows, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PrincipalComponents.fit(rows.part(0, 1), 1)).hasMessageContaining("two rows");
        assertThatThrownBy(() -> PrincipalComponents.fitIncrementally(rows, 3, 2, 2)).hasMessageContaining("kept 2");
        assertThatThrownBy(() -> PrincipalComponents.fitIncrementally(rows, 5, 5, 2)).hasMessageContaining("4 rows");
    }
}
