package org.flowprior.cli.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EvaluatePlanTest {

    /** Inception score alone says nothing of the real images. */
    @ParameterizedTest
    @EnumSource(EvaluateMetric.class)
    void whatIsComparedLooksAtTheRealImages(EvaluateMetric metric) {
        assertThat(plan(EnumSet.of(metric), false).looksAtReal()).isEqualTo(metric != EvaluateMetric.IS);
    }

    @ParameterizedTest
    @EnumSource(value = EvaluateMetric.class, names = {"FID", "SFID"})
    void aReferenceStandsForTheRealImages(EvaluateMetric metric) {
        assertThat(plan(EnumSet.of(metric), true).looksAtReal()).isFalse();
    }

    private static EvaluatePlan plan(Set<EvaluateMetric> metrics, boolean reference) {
        return new EvaluatePlan(metrics, true, true, true, reference, false, false);
    }
}
