package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LossScheduleTest {

    /** The official run's: LPIPS over 10,000 steps, the adversarial loss from step 20,000 on, alignment at once. */
    @Test
    void officialWeightsAreThePublishedOnes() {
        LossSchedule perceptual = new LossSchedule(1, 0, 10_000);
        assertThat(perceptual.at(1)).isEqualTo(1e-4);
        assertThat(perceptual.at(2_500)).isEqualTo(0.25);
        assertThat(perceptual.at(10_000)).isEqualTo(1);
        assertThat(perceptual.at(10_001)).isEqualTo(1);
        LossSchedule adversarial = new LossSchedule(0.2, 20_000, 0);
        assertThat(adversarial.at(19_999)).isZero();
        assertThat(adversarial.at(20_000)).isEqualTo(0.2);
        assertThat(new LossSchedule(0.01, 0, 0).at(1)).isEqualTo(0.01);
    }

    @Test
    void beforeTheStartThereIsNothingWhateverTheWarmup() {
        LossSchedule both = new LossSchedule(2, 5, 10);
        assertThat(both.at(4)).isZero();
        assertThat(both.at(5)).isEqualTo(1);
        assertThat(both.at(10)).isEqualTo(2);
    }

    /** The released code has 0.3 times the weight here: its warm-up overrides the start. */
    @Test
    void aWarmupDoesNotBeginBeforeTheStart() {
        assertThat(new LossSchedule(1, 50, 100).at(30)).isZero();
        assertThat(new LossSchedule(1, 50, 100).at(50)).isEqualTo(0.5);
    }

    @Test
    void whatIsNoWeightIsRefused() {
        assertThatThrownBy(() -> new LossSchedule(-1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LossSchedule(Double.NaN, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LossSchedule(1, -1, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}
