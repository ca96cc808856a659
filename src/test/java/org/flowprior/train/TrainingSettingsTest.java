package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingSettingsTest {

    private record Settings(int steps, int batch, int accumulation, double learningRate, int warmupSteps,
            double lastRate, double beta1, double beta2, double weightDecay, double clip, double ema)
            implements TrainingSettings {}

    private static Settings settings(int accumulation, double clip) {
        return new Settings(10, 8, accumulation, 1e-3, 2, 0, 0.9, 0.99, 0, clip, 0.5);
    }

    @ParameterizedTest
    @CsvSource({"4, 4 8 10", "5, 5 10", "11, 10", "0, 10"})
    void evaluationsAreDueAfterEachSoManyStepsAndAfterTheLast(int every, String steps) {
        Settings settings = settings(1, 0);

        assertThat(LongStream.rangeClosed(1, 10).filter(step -> settings.isEvaluationDue(step, every))
                .mapToObj(Long::toString)).containsExactly(steps.split(" "));
    }

    @Test
    void noClippingIsAnInfiniteNorm() {
        assertThat(settings(1, 0).largestNorm()).isInfinite();
        assertThat(settings(1, 0.5).largestNorm()).isEqualTo(0.5);
    }

    @Test
    void theAccumulationMustDivideTheBatch() {
        settings(4, 1).check();
        assertThatThrownBy(() -> settings(3, 1).check()).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("accumulation must divide batch = 8, which 3 does not");
    }
}
