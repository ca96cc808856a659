package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.flowprior.eval.EvaluationPlan.Input;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EvaluationPlanTest {

    private static final Set<Input> SETS = EnumSet.of(Input.GENERATED, Input.REAL);

    /** Inception score alone says nothing of the real images. */
    @ParameterizedTest
    @EnumSource(Metric.class)
    void whatIsComparedLooksAtTheRealImages(Metric metric) {
        assertThat(plan(metric, SETS).looksAtReal()).isEqualTo(metric != Metric.IS);
    }

    @ParameterizedTest
    @EnumSource(value = Metric.class, names = {"FID", "SFID"})
    void aReferenceStandsForTheRealImages(Metric metric) {
        Set<Input> both = EnumSet.of(Input.GENERATED, Input.REAL, Input.REFERENCE);
        assertThat(plan(metric, both).looksAtReal()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void aMetricLacksWhatItNeeds(Metric metric) {
        assertThat(plan(metric, EnumSet.allOf(Input.class)).lacking(metric)).isNull();
        assertThat(plan(metric, SETS).lacking(metric)).isEqualTo(metric.ofFeatures() ? Input.NETWORK
                : metric == Metric.LPIPS ? Input.LPIPS : null);
        Set<Input> noReal = EnumSet.complementOf(EnumSet.of(Input.REAL, Input.REFERENCE));
        assertThat(plan(metric, noReal).lacking(metric)).isEqualTo(metric == Metric.IS ? null : Input.REAL);
        Set<Input> reconstructions = EnumSet.complementOf(EnumSet.of(Input.GENERATED));
        assertThat(plan(metric, reconstructions).lacking(metric))
                .isEqualTo(metric.ofReconstructions() ? null : Input.GENERATED);
    }

    @Test
    void theUsualMetricsFollowTheInputs() {
        assertThat(EvaluationPlan.usual(SETS, false).metrics())
                .containsExactly(Metric.FID, Metric.SFID, Metric.IS, Metric.PR);
        assertThat(EvaluationPlan.usual(EnumSet.of(Input.GENERATED, Input.REFERENCE), false).metrics())
                .containsExactly(Metric.FID, Metric.SFID, Metric.IS);
        assertThat(EvaluationPlan.usual(EnumSet.of(Input.REAL, Input.AUTOENCODER), false).metrics())
                .containsExactly(Metric.PSNR, Metric.SSIM);
        assertThat(EvaluationPlan.usual(EnumSet.of(Input.REAL, Input.AUTOENCODER, Input.NETWORK, Input.LPIPS), false)
                .metrics()).containsExactly(Metric.RFID, Metric.PSNR, Metric.SSIM, Metric.LPIPS);
        EvaluationPlan statistics = EvaluationPlan.usual(EnumSet.of(Input.REAL, Input.NETWORK), true);
        assertThat(statistics.metrics()).isEmpty();
        assertThat(statistics.looksAtReal() && statistics.looksAtFeatures()).isTrue();
    }

    private static EvaluationPlan plan(Metric metric, Set<Input> inputs) {
        return new EvaluationPlan(EnumSet.of(metric), inputs, false);
    }
}
