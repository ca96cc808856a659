package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StageEvaluationTest {

    private final List<Long> measured = new ArrayList<>();

    private StageEvaluation every(int every) {
        return new StageEvaluation(every, 10, step -> {
            measured.add(step);
            return Map.of("step", (double) step);
        });
    }

    @Test
    void everySoManyStepsAndBehindTheLast() {
        StageEvaluation evaluation = every(4);

        assertThat(LongStream.rangeClosed(1, 10).boxed().filter(step -> !evaluation.at(step).isEmpty()))
                .containsExactly(4L, 8L, 10L);
        assertThat(evaluation.afterLast()).containsEntry("step", 10.0);
        assertThat(measured).containsExactly(4L, 8L, 10L);
    }

    @Test
    void zeroIsBehindTheLastAlone() {
        StageEvaluation evaluation = every(0);

        LongStream.rangeClosed(1, 10).forEach(evaluation::at);

        assertThat(measured).containsExactly(10L);
    }

    @Test
    void whatThisProcessHasNotMeasuredBehindTheLastIsMeasuredOnce() {
        StageEvaluation evaluation = every(4);

        assertThat(evaluation.afterLast()).containsEntry("step", 10.0);
        assertThat(evaluation.afterLast()).containsEntry("step", 10.0);
        assertThat(measured).containsExactly(10L);
    }
}
