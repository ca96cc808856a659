package org.flowprior.train.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flowprior.config.RequestException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlignmentSeriesTest {

    private static final String TRAINING = """
            {"step":5,"phase":"autoencoder","loss":1.5,"alignment":9.5}
            """;
    private static final String EVALUATIONS = """
            {"step":5,"phase":"evaluation","psnr":12.5,"alignment":2.5,"meanLogDistance":-0.5,"k":3.0,"points":100.0}
            {"step":10,"phase":"autoencoder","loss":1.25,"alignment":9}
            {"step":10,"phase":"evaluation","psnr":13,"alignment":2,"meanLogDistance":-0.75,"k":3.0,"points":100.0}
            """;

    @TempDir
    private Path run;

    private AlignmentSeries read(String metrics) throws IOException {
        Files.writeString(run.resolve("metrics.jsonl"), metrics);
        return AlignmentSeries.read(run);
    }

    @Test
    void theEvaluationsAreTheSeries() throws IOException {
        AlignmentSeries series = read(TRAINING + EVALUATIONS);
        assertThat(series.steps()).containsExactly(5, 10);
        assertThat(series.alignment()).containsExactly(2.5, 2);
        assertThat(series.meanLogDistance()).containsExactly(-0.5, -0.75);
        assertThat(series.k()).isEqualTo(3);
        assertThat(series.points()).isEqualTo(100);
    }

    @Test
    void aRowThatIsStillBeingWrittenIsLeftOut() throws IOException {
        assertThat(read(EVALUATIONS + "{\"step\":15,\"phase\":\"evalu").steps()).containsExactly(5, 10);
    }

    @Test
    void aRunWithoutBothMeasuresIsRefused() throws IOException {
        assertThatThrownBy(() -> AlignmentSeries.read(run)).isInstanceOf(RequestException.class)
                .hasMessage("no such file: " + run.resolve("metrics.jsonl") + "; a run of train-autoencoder has one");
        String one = EVALUATIONS.substring(0, EVALUATIONS.indexOf('\n') + 1);
        assertThatThrownBy(() -> read(TRAINING + one)).isInstanceOf(RequestException.class)
                .hasMessageContaining("has 1 evaluations with alignment and meanLogDistance, fewer than 2")
                .hasMessageContaining("evaluation.bank");
        assertThatThrownBy(() -> read("")).isInstanceOf(RequestException.class).hasMessageContaining("has 0");
        assertThatThrownBy(() -> read(TRAINING + "nonsense\n" + EVALUATIONS)).isInstanceOf(RequestException.class)
                .hasMessageContaining("metrics.jsonl, line 2, is not JSON");
    }

    @Test
    void eachStepNeedsBothMeasures() {
        assertThatThrownBy(() -> new AlignmentSeries(new double[2], new double[2], new double[3], 5, 1))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("2 and 3 for 2");
        assertThatThrownBy(() -> new AlignmentSeries(new double[1], new double[1], new double[1], 5, 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
