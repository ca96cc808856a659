package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.flowprior.eval.FilledRows.expected;
import static org.flowprior.eval.FilledRows.hashed;
import static org.flowprior.eval.FilledRows.normal;

import org.flowprior.eval.PrecisionRecall.Convention;
import org.flowprior.eval.PrecisionRecall.Result;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Expected numbers: spec J.4, and {@code tools/oracle/evaluation.py} by NumPy and PyTorch. */
@InScope
class PrecisionRecallTest {

    private static void assertResult(Result found, double precision, double recall) {
        assertThat(found.precision()).isCloseTo(precision, within(1e-12));
        assertThat(found.recall()).isCloseTo(recall, within(1e-12));
        assertThat(found.fScore())
                .isCloseTo(2 * precision * recall / Math.max(1e-5, precision + recall), within(1e-12));
    }

    @Test
    void theSharesAreTorchFidelitys() {
        assertResult(PrecisionRecall.of(hashed(104, 30, 2, 1, 0), hashed(105, 25, 2, .8, .9), 3,
                Convention.TORCH_FIDELITY), 5 / 30.0, 12 / 25.0);
        assertResult(PrecisionRecall.of(normal(41, 400, 64), normal(42, 300, 64).mul(1.1), 3,
                Convention.TORCH_FIDELITY), expected("fidelityPoints", "precise") / 400,
                expected("fidelityPoints", "recalled") / 300);
    }

    /** Two blocks, the second of which overflows float16; without rounding 9,379 and 676 points would be counted. */
    @Test
    void theSharesAreAdms() {
        Tensor generated = normal(31, 10_030, 4).mul_(3).add_(5);
        generated.narrow(0, 10_000, 30).mul_(60);
        Tensor real = normal(32, 700, 4).mul_(3).add_(6);
        assertResult(PrecisionRecall.of(generated, real, 3, Convention.ADM),
                expected("admPoints", "precise") / 10_030, expected("admPoints", "recalled") / 700);
    }

    /** Generated points among the real ones, of which they cover one half only. */
    @ParameterizedTest
    @EnumSource(Convention.class)
    void precisionIsOfGeneratedPointsAndRecallOfRealOnes(Convention convention) {
        Tensor real = Torch.arange(40).view(40, 1).mul(1.0);
        Tensor generated = real.narrow(0, 0, 20).add(.25);
        Result found = PrecisionRecall.of(generated, real, 1, convention);
        // 20 is 0.75 beyond the last generated point.
        assertResult(found, 1, 21 / 40.0);
        assertResult(PrecisionRecall.of(real, generated, 1, convention), 21 / 40.0, 1);
    }

    @ParameterizedTest
    @EnumSource(Convention.class)
    void aDistanceEqualToTheRadiusIsWithin(Convention convention) {
        Tensor real = Tensor.of(new float[] {0, 1, 5, 6}, 4, 1);
        Tensor generated = Tensor.of(new float[] {2, 3, 20, 21}, 4, 1);
        assertResult(PrecisionRecall.of(generated, real, 1, convention), 1 / 4.0, 1 / 4.0);
        assertResult(PrecisionRecall.of(generated.narrow(0, 2, 2), real, 1, convention), 0, 0);
        assertResult(PrecisionRecall.of(real, real, 3, convention), 1, 1);
    }

    @Test
    void nothingIsLeft() {
        Tensor points = normal(7, 50, 3);
        long live = Memory.liveTensors();
        PrecisionRecall.of(points, points, 2, Convention.TORCH_FIDELITY);
        PrecisionRecall.of(points, points, 2, Convention.ADM);
        assertThat(Memory.liveTensors()).isEqualTo(live);
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        Tensor five = normal(8, 5, 2);
        Tensor four = normal(9, 4, 2);
        Convention convention = Convention.TORCH_FIDELITY;
        assertThatThrownBy(() -> PrecisionRecall.of(five, four, 4, convention))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("neighbour number 4");
        assertThat(PrecisionRecall.of(five, four, 3, convention).precision()).isBetween(0.0, 1.0);
        assertThatThrownBy(() -> PrecisionRecall.of(five, four, 0, convention))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PrecisionRecall.of(five, normal(9, 4, 3), 1, convention))
                .hasMessageContaining("[4, 3]");
        four.get(2, 0).fill_(Double.POSITIVE_INFINITY);
        assertThatThrownBy(() -> PrecisionRecall.of(five, four, 1, convention))
                .hasMessage("a real image's feature vector is not finite, the first in row 2");
    }
}
