package org.flowprior.torch.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.Map;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LearningRateScheduleTest {

    /** The flow prior's: 2e-4 to 2e-5 over 1,000,800 steps, 2502 of warm-up from 1e-5; timm's values. */
    @ParameterizedTest
    @CsvSource({"0, 1e-5", "1, 1.00759392e-5", "1251, 1.05e-4", "2501, 1.99924061e-4", "2502, 1.99997224e-4",
        "250200, 1.7363961e-4", "500400, 1.1e-4", "1000799, 2e-5", "1000800, 2e-5", "2000000, 2e-5"})
    void flowPrior(long step, double expected) {
        LearningRateSchedule schedule = LearningRateSchedule.cosineWithWarmup(1e-5, 2e-4, 2e-5, 2502, 1_000_800);
        assertThat(schedule.at(step)).isCloseTo(expected, offset(1e-8 * expected));
    }

    /** The autoencoder's: 1e-4 to 1e-5 over 250,200 steps, 5004 of warm-up from 1e-5. */
    @ParameterizedTest
    @CsvSource({"0, 1e-5", "2502, 5.5e-5", "5003, 9.998201e-5", "5004, 9.991120e-5", "125100, 5.5e-5", "250199, 1e-5"})
    void autoencoder(long step, double expected) {
        LearningRateSchedule schedule = LearningRateSchedule.cosineWithWarmup(1e-5, 1e-4, 1e-5, 5004, 250_200);
        assertThat(schedule.at(step)).isCloseTo(expected, offset(1e-7 * expected));
    }

    /** The generator's: linear from 0 over 100 of 400 epochs of 2502 steps, then 2e-4. */
    @ParameterizedTest
    @CsvSource({"0, 0", "2502, 2e-6", "125100, 1e-4", "250199, 1.9999920e-4", "250200, 2e-4", "1000799, 2e-4"})
    void generator(long step, double expected) {
        LearningRateSchedule schedule = LearningRateSchedule.constantWithWarmup(2e-4, 250_200);
        assertThat(schedule.at(step)).isCloseTo(expected, offset(1e-7 * expected));
    }

    /** 300 steps of PyTorch's CosineAnnealingLR and LambdaLR; tools/oracle/optim.py made the numbers. */
    @ParameterizedTest
    @ValueSource(strings = {"cosine-annealing", "constant-with-warmup", "cosine-with-warmup", "cosine-after-warmup"})
    void followsPyTorch(String name) {
        LearningRateSchedule schedule = Map.of(
                "cosine-annealing", LearningRateSchedule.cosineWithWarmup(0, 1e-2, 1e-4, 0, 400),
                "constant-with-warmup", LearningRateSchedule.constantWithWarmup(1e-2, 100),
                "cosine-with-warmup", LearningRateSchedule.cosineWithWarmup(1e-5, 1e-2, 1e-3, 30, 250),
                "cosine-after-warmup", LearningRateSchedule.cosineAfterWarmup(1e-2, 1e-3, 50, 300)).get(name);
        double[] expected = Recorded.numbers(Resources.json("torch/optim/trajectories.json")
                .getAsJsonObject("learningRates").get(name));
        assertThat(expected).hasSize(300);
        for (int step = 0; step < expected.length; step++) {
            // CosineAnnealingLR multiplies the rate from step to step, so the last digits differ.
            assertThat(schedule.at(step)).as("step " + step).isCloseTo(expected[step], offset(1e-12));
        }
    }

    @Test
    void theWarmUpMustEndBeforeTheCosine() {
        assertThatThrownBy(() -> LearningRateSchedule.cosineWithWarmup(0, 1, 0, 10, 10))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("10 steps");
        assertThatThrownBy(() -> LearningRateSchedule.cosineAfterWarmup(1, 0, -1, 10))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void constantIsConstant() {
        assertThat(LearningRateSchedule.constant(0.1).at(12345)).isEqualTo(0.1);
    }
}
