package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.flowprior.eval.FilledRows.expected;
import static org.flowprior.eval.FilledRows.normal;

import java.util.List;
import org.assertj.core.data.Percentage;
import org.flowprior.eval.InceptionScore.Convention;
import org.flowprior.eval.InceptionScore.Result;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** Expected numbers: spec J.4, and {@code tools/oracle/evaluation.py} by NumPy. */
@InScope
class InceptionScoreTest {

    private static void assertScore(Result found, double mean, double deviation, double percent) {
        assertThat(found.mean()).isCloseTo(mean, Percentage.withPercentage(percent));
        assertThat(found.deviation()).isCloseTo(deviation, Percentage.withPercentage(percent));
    }

    @Test
    void theScoreIsTorchFidelitys() {
        Tensor logits = FilledRows.hashed(103, 100, 7, 4, 0);
        assertScore(InceptionScore.of(logits, Convention.TORCH_FIDELITY), 2.2364042901418193, 0.22938994557068, 1e-8);
        assertScore(InceptionScore.of(logits, new Convention(10, 0, null)), 2.174439593743444, 0.22029341527, 1e-8);
        assertThat(InceptionScore.of(logits, new Convention(1, 0, null)).mean())
                .isCloseTo(2.46650531748162, within(1e-12));
        // 95 images do not divide into ten parts.
        assertScore(InceptionScore.of(normal(52, 95, 12).mul(8), Convention.TORCH_FIDELITY),
                expected("fidelityScore", "mean"), expected("fidelityScore", "deviation"), 1e-8);
    }

    /** ADM's numbers are float32; the last of its parts is shorter. */
    @Test
    void theScoreIsAdms() {
        assertScore(InceptionScore.of(normal(51, 11_000, 20).mul(2), Convention.ADM),
                expected("admScore", "mean"), expected("admScore", "deviation"), 1e-3);
    }

    @Test
    void theScoreIsAsManyAsTheClassesThatAreSeenEqually() {
        Convention one = new Convention(1, 0, null);
        Tensor certain = Torch.eye(6).repeat(4, 1).mul(1e4);
        assertScore(InceptionScore.of(certain, one), 6, 0, 1e-10);
        assertScore(InceptionScore.of(certain, new Convention(0, 6, null)), 6, 0, 1e-10);
        assertScore(InceptionScore.of(certain.narrow(0, 0, 3), Convention.ADM), 3, 0, 1e-10);
        assertScore(InceptionScore.of(Torch.zeros(5, 6), one), 1, 0, 1e-10);
    }

    @Test
    void onlyTheOrderAcrossPartsMatters() {
        Tensor logits = normal(4, 60, 5).mul(3);
        Convention halves = new Convention(2, 0, null);
        Result plain = InceptionScore.of(logits, halves);
        Tensor within = Torch.cat(List.of(logits.narrow(0, 0, 30).flip(0), logits.narrow(0, 30, 30)), 0);
        assertScore(InceptionScore.of(within, halves), plain.mean(), plain.deviation(), 1e-8);
        assertScore(InceptionScore.of(logits.add(40), halves), plain.mean(), plain.deviation(), 1e-3);
        assertThat(InceptionScore.of(logits.roll(15, 0), halves).mean()).isNotCloseTo(plain.mean(), within(1e-3));
    }

    @Test
    void whatHasNoScoreIsRefused() {
        assertThatThrownBy(() -> InceptionScore.of(Torch.zeros(9, 6), Convention.TORCH_FIDELITY))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("10 images");
        assertThatThrownBy(() -> InceptionScore.of(Torch.zeros(0, 6), Convention.ADM))
                .hasMessageContaining("1 images");
        assertThatThrownBy(() -> InceptionScore.of(Torch.zeros(9), Convention.ADM)).hasMessageContaining("[N, C]");
        assertThatThrownBy(() -> InceptionScore.of(Torch.full(new long[] {9, 2}, Double.NaN), Convention.ADM))
                .hasMessageContaining("row 0");
        assertThatThrownBy(() -> new Convention(0, 0, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Convention(10, 5000, null)).isInstanceOf(IllegalArgumentException.class);
    }
}
