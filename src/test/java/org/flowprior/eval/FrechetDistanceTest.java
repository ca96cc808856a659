package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.flowprior.eval.FilledRows.expected;
import static org.flowprior.eval.FilledRows.hashed;
import static org.flowprior.eval.FilledRows.inceptionLike;

import org.assertj.core.data.Percentage;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Linalg;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;

/** Expected numbers: spec J.4, and {@code tools/oracle/evaluation.py} by SciPy. */
@InScope
class FrechetDistanceTest {

    /** The evaluators' means are float32, which is 1e-7 of the distance. */
    private static final Percentage TIGHT = Percentage.withPercentage(1e-4);

    private static double distance(Tensor a, Tensor b) {
        return FrechetDistance.of(GaussianStatistics.of(a), GaussianStatistics.of(b));
    }

    @Test
    void theDistanceIsTheEvaluators() {
        assertThat(distance(hashed(101, 40, 5, 1, 0), hashed(102, 50, 5, 1.2, .1)))
                .isCloseTo(0.25405420645508, TIGHT);
        assertThat(distance(hashed(101, 300, 64, 1, 0), hashed(102, 400, 64, 1.2, .1)))
                .isCloseTo(3.9465172402, TIGHT);
        Tensor a = inceptionLike(1, 2000, 256);
        Tensor b = inceptionLike(2, 2000, 256);
        assertThat(distance(a, b)).isCloseTo(expected("frechet", "eigenvalues"), TIGHT);
        assertThat(distance(a, b)).isCloseTo(expected("frechet", "root"), TIGHT);
    }

    @Test
    void fewerRowsThanNumbersAreEnough() {
        assertThat(distance(hashed(101, 10, 16, 1, 0), hashed(102, 12, 16, 1.2, .1)))
                .isCloseTo(6.41725313, TIGHT);
        assertThat(distance(inceptionLike(1, 150, 256), inceptionLike(2, 120, 256)))
                .isCloseTo(expected("frechetFewRows", "eigenvalues"), TIGHT);
    }

    /** Independent normal numbers: the squared differences of means and of deviations. */
    @Test
    void diagonalCovariancesHaveAClosedForm() {
        GaussianStatistics a = new GaussianStatistics(Tensor.of(new double[] {1, 2, 3}),
                Tensor.of(new double[] {4, 0, 0, 0, 9, 0, 0, 0, 0}, 3, 3), 0);
        GaussianStatistics b = new GaussianStatistics(Tensor.of(new double[] {0, 2, 5}),
                Tensor.of(new double[] {1, 0, 0, 0, 16, 0, 0, 0, 25}, 3, 3), 0);
        assertThat(FrechetDistance.of(a, b)).isCloseTo(1 + 4 + 1 + 1 + 25, within(1e-12));
    }

    @Test
    void theDistanceIsSymmetricAndKeptByRotationAndShift() {
        Tensor a = inceptionLike(1, 200, 20).to(DType.FLOAT64);
        Tensor b = inceptionLike(2, 150, 20).mul(1.5).to(DType.FLOAT64);
        double plain = distance(a, b);
        assertThat(distance(b, a)).isCloseTo(plain, within(1e-9));
        Tensor rotation = Linalg.qr(FilledRows.normal(8, 20, 20).to(DType.FLOAT64)).q();
        assertThat(distance(a.mm(rotation).add(7), b.mm(rotation).add(7))).isCloseTo(plain, within(1e-9));
        assertThat(distance(a.mul(3), b.mul(3))).isCloseTo(9 * plain, within(1e-8));
        assertThat(distance(a, a)).isCloseTo(0, within(1e-9));
        assertThat(distance(a, a.add(2))).isCloseTo(20 * 4, within(1e-9));
    }

    @Test
    void onlyOneKindOfFeaturesHasADistance() {
        assertThatThrownBy(() -> distance(hashed(1, 5, 2, 1, 0), hashed(1, 5, 3, 1, 0)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("2 and of 3");
    }
}
