package org.flowprior.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MaskScheduleTest {

    private static List<Integer> predicted(int tokens, int iterations) {
        return Arrays.stream(new MaskSchedule(tokens, iterations).predicted()).boxed().toList();
    }

    private static List<Integer> ones(int count, Integer... then) {
        return Stream.concat(Collections.nCopies(count, 1).stream(), Stream.of(then)).toList();
    }

    /** The table of the specification, B.2. */
    @Test
    void eachIterationPredictsTheOfficialNumberOfTokens() {
        assertThat(predicted(64, 64)).isEqualTo(ones(64));
        assertThat(predicted(64, 32)).isEqualTo(ones(13, 2, 2, 2, 3, 2, 2, 3, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3));
        assertThat(predicted(64, 16)).containsExactly(1, 1, 1, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 6, 6, 6);
        assertThat(predicted(64, 8)).containsExactly(2, 3, 6, 8, 10, 11, 12, 12);
        assertThat(predicted(64, 1)).containsExactly(64);
        assertThat(predicted(256, 64))
                .isEqualTo(ones(13, 2, 3, 2, 2, 3, 3, 3, 3, 3, 3, 4, 3, 4, 4, 4, 4, 4, 4, 4, 5, 5, 4, 5,
                        5, 5, 5, 5, 6, 5, 5, 6, 5, 6, 6, 6, 5, 6, 6, 6, 6, 6, 6, 7, 6, 6, 6, 6, 7, 6, 6, 6));
        assertThat(predicted(256, 256)).isEqualTo(ones(256));
    }

    @Test
    void everyNumberOfIterationsPredictsEachTokenOnce() {
        for (int tokens = 1; tokens <= 64; tokens++) {
            for (int iterations = 1; iterations <= tokens; iterations++) {
                List<Integer> predicted = predicted(tokens, iterations);
                assertThat(predicted).hasSize(iterations).allMatch(n -> n >= 1);
                assertThat(predicted.stream().mapToInt(n -> n).sum()).isEqualTo(tokens);
            }
        }
    }

    @Test
    void moreIterationsThanTokensAreRefused() {
        assertThatThrownBy(() -> new MaskSchedule(64, 100)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "64 tokens are sampled in 1 to 64 iterations, not in 100: each must predict at least one token");
        assertThatThrownBy(() -> new MaskSchedule(64, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MaskSchedule(0, 0)).hasMessageContaining("at least 1 token");
    }

    /** Of the specification, B.2: (i + 1)/64, and 63/64 at the last iteration. */
    @Test
    void linearGuidanceGrowsWithTheKnownTokensAndStopsShortOfTheScale() {
        Guidance guidance = new Guidance(3, Guidance.Schedule.LINEAR);
        MaskSchedule schedule = new MaskSchedule(64, 64);
        for (int i = 0; i < 64; i++) {
            double share = (i < 63 ? i + 1 : 63) / 64.0;
            assertThat(guidance.factor(64, schedule.next(i, 64 - i))).isCloseTo(1 + 2 * share, within(1e-12));
        }
        assertThat(new Guidance(3, Guidance.Schedule.CONSTANT).factor(64, 63)).isEqualTo(3);
        assertThat(Guidance.NONE.active()).isFalse();
        assertThat(new Guidance(0, Guidance.Schedule.LINEAR).active()).isTrue();
        assertThatThrownBy(() -> new Guidance(Double.NaN, Guidance.Schedule.LINEAR))
                .hasMessageContaining("guidance scale");
    }

    @Test
    void headSamplingRefusesNumbersOutOfRange() {
        assertThatThrownBy(() -> new HeadSampling(HeadSampling.Solver.OFFICIAL, 1, 1))
                .hasMessage("sampling the head with solver official needs at least 2 steps, not 1");
        assertThatThrownBy(() -> new HeadSampling(HeadSampling.Solver.HEUN, 0, 1))
                .hasMessageContaining("at least 1 step,");
        assertThatThrownBy(() -> new HeadSampling(HeadSampling.Solver.EULER, 5, -1))
                .hasMessageContaining("temperature");
    }

    @Test
    void theOfficialNumberOfStepsMeansOneEvaluationFewer() {
        assertThat(new FlowSampler(HeadSampling.OFFICIAL).times()).hasSize(99).startsWith(1).endsWith(1 - 98 / 99.0);
        assertThat(new FlowSampler(HeadSampling.PAPER).times()).hasSize(100);
        assertThat(new FlowSampler(new HeadSampling(HeadSampling.Solver.MIDPOINT, 4, 1)).times())
                .containsExactly(new double[] {1, .875, .75, .625, .5, .375, .25, .125}, within(1e-15));
        assertThat(new FlowSampler(new HeadSampling(HeadSampling.Solver.HEUN, 2, 1)).times())
                .containsExactly(1, .5, .5, 0);
    }
}
