package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Special;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

class MaskRatioTest {

    private static final MaskRatio OFFICIAL = new MaskRatio(0.7);

    @Test
    void isTheInverseOfTheDistributionFunction() {
        // scipy.stats.truncnorm((0.7 - 1) / 0.25, 0, loc=1, scale=0.25).ppf([0, 0.1, 0.25, 0.5, 0.9, 1])
        double[] expected = {0.7, 0.7446819039356183, 0.7995222770934403, 0.8742874762745441, 0.9758405176194248, 1};
        try (Scope scope = Scope.open()) {
            Tensor ratios = OFFICIAL.ratios(Tensor.of(new double[] {0, 0.1, 0.25, 0.5, 0.9, 1}));
            assertThat(ratios.toDoubleArray()).containsExactly(expected, within(1e-12));
        }
    }

    @Test
    void aMillionCountsAreDistributedAsTheTruncatedNormalSays() {
        try (Scope scope = Scope.open(); Generator generator = Generator.seeded(11)) {
            long draws = 1_000_000;
            Tensor uniform = Torch.rand(new long[] {draws}, generator, DType.FLOAT64);
            Tensor counts = OFFICIAL.counts(OFFICIAL.ratios(uniform), 64);
            double[] observed = counts.bincount(null, 65).toDoubleArray();
            double[] below = Special.ndtr(Torch.arange(65, DType.FLOAT64).div(64).clampMin(0.7).sub(1).div(0.25))
                    .toDoubleArray();
            double chiSquare = 0;
            for (int k = 0; k <= 64; k++) {
                double expected = k < 45 ? 0 : draws * (below[k] - below[k - 1]) / (below[64] - below[0]);
                if (k < 45) {
                    assertThat(observed[k]).isZero();
                } else {
                    chiSquare += Math.pow(observed[k] - expected, 2) / expected;
                }
            }
            // scipy.stats.chi2(19).isf(0.001)
            assertThat(chiSquare).isLessThan(43.82019596);
            assertThat(observed[45] / draws).isCloseTo(0.0064, within(5e-4));
            assertThat(observed[64] / draws).isCloseTo(0.0647, within(1e-3));
        }
    }

    @Test
    void aDrawIsOneOfTheCounts() {
        try (Generator generator = Generator.seeded(3)) {
            for (int i = 0; i < 50; i++) {
                assertThat(OFFICIAL.draw(generator, 64)).isBetween(45L, 64L);
                assertThat(new MaskRatio(0).draw(generator, 1)).isEqualTo(1);
            }
        }
    }

    @Test
    void refusesAMinimumThatIsNone() {
        assertThatThrownBy(() -> new MaskRatio(1)).hasMessageContaining("below 1, not 1.0");
        assertThatThrownBy(() -> new MaskRatio(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
