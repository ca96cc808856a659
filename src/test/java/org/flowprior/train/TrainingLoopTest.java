package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.flowprior.console.Console;
import org.flowprior.console.LineProgress;
import org.flowprior.console.Progress;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {

    @TempDir
    private Path directory;

    /** Adds up the numbers of its steps; the loss is the sum. */
    private static final class Sum implements Stage {
        private double sum;
        private long nanAt = -1;
        private double measured = Double.NaN;
        private int evaluations;
        private final List<Double> recorded = new ArrayList<>();
        private final List<Long> live = new ArrayList<>();

        @Override
        public String name() {
            return "sum";
        }

        @Override
        public List<String> metrics() {
            return List.of("loss", "number");
        }

        @Override
        public Tensor step(long step) {
            live.add(Memory.liveTensors());
            sum += step;
            return Tensor.of(new float[] {step == nanAt ? Float.NaN : (float) sum, step});
        }

        @Override
        public Map<String, Double> settings(long step) {
            return Double.isNaN(measured) ? Map.of() : Map.of("rate", 1.0 / step);
        }

        @Override
        public Map<String, Double> evaluate(long step) {
            evaluations++;
            return step % 3 > 0 || Double.isNaN(measured) ? Map.of() : Map.of("value", measured * sum);
        }

        @Override
        public void record(long step, double[] metrics) {
            assertThat(metrics[1]).isEqualTo(step);
            recorded.add(metrics[0]);
        }

        @Override
        public void save(Path to) throws IOException {
            Files.writeString(to.resolve("sum"), Double.toString(sum));
        }

        @Override
        public void load(Path from) throws IOException {
            sum = Double.parseDouble(Files.readString(from.resolve("sum")));
        }
    }

    private TrainingLoop train(RunDirectory run, Stage stage, long steps, BooleanSupplier stop) throws IOException {
        try (MetricLog log = MetricLog.open(run)) {
            TrainingLoop loop = new TrainingLoop(log, run.checkpoints(9), new Logging(4, 6, 9), Console.silent(), stop);
            loop.run(stage, 100, steps, 0, run.newestCheckpoint().orElse(null));
            return loop;
        }
    }

    private RunDirectory run(String name) throws IOException {
        return RunDirectory.create(directory.resolve(name), new JsonObject());
    }

    @Test
    void rowsHoldMeansAndTheLastStepEndsARowAndHasACheckpoint() throws IOException {
        try (RunDirectory run = run("a")) {
            Sum stage = new Sum();
            train(run, stage, 9, () -> false);
            assertThat(run.path().resolve("metrics.jsonl")).hasContent("""
                    {"step":104,"phase":"sum","loss":5.0,"number":2.5}
                    {"step":108,"phase":"sum","loss":25.0,"number":6.5}
                    {"step":109,"phase":"sum","loss":45.0,"number":9.0}
                    """);
            assertThat(stage.recorded).containsExactly(1., 3., 6., 10., 15., 21., 28., 36., 45.);
            assertThat(run.checkpoints(9).all()).extracting(p -> p.getFileName().toString())
                    .containsExactly("step-00000106", "step-00000109");
        }
    }

    @Test
    void theLastEvaluationIsComputedAgainOnlyInAnotherProcess() throws IOException {
        try (RunDirectory run = run("a")) {
            for (int evaluations : List.of(9, 1)) {
                Sum stage = new Sum();
                stage.measured = 2;
                TrainingLoop loop = train(run, stage, 9, () -> false);
                assertThat(loop.lastEvaluation(stage, 9)).containsExactly(Map.entry("value", 90.));
                assertThat(loop.lastEvaluation(stage, 9)).containsExactly(Map.entry("value", 90.));
                assertThat(stage.evaluations).isEqualTo(evaluations);
            }
        }
    }

    @Test
    void aStopBetweenRowsWritesACheckpointFromWhichTheSameRowsFollow() throws IOException {
        try (RunDirectory whole = run("whole"); RunDirectory parts = run("parts")) {
            train(whole, new Sum(), 9, () -> false);
            Sum first = new Sum();
            assertThatThrownBy(() -> train(parts, first, 9, () -> first.sum >= 15)).isInstanceOf(StoppedException.class)
                    .hasMessage("stopped after step 5 of 9 of sum; the checkpoint is "
                            + parts.path().resolve("checkpoints/step-00000105"));
            train(parts, new Sum(), 9, () -> false);
            assertThat(parts.path().resolve("metrics.jsonl"))
                    .hasSameTextualContentAs(whole.path().resolve("metrics.jsonl"));
        }
    }

    @Test
    void aMetricThatIsNoNumberEndsTheRunNamingItsStep() throws IOException {
        try (RunDirectory run = run("a")) {
            Sum stage = new Sum();
            stage.nanAt = 7;
            assertThatThrownBy(() -> train(run, stage, 20, () -> false)).isInstanceOf(DivergedException.class)
                    .hasMessage("sum: loss is NaN at step 7; try a lower learning rate");
            assertThat(run.newestCheckpoint()).contains(run.path().resolve("checkpoints/step-00000106"));
        }
    }

    @Test
    void settingsJoinTheRowsAndEvaluationsAreRowsOfTheirOwn() throws IOException {
        try (RunDirectory run = run("a")) {
            Sum stage = new Sum();
            stage.measured = 2;
            train(run, stage, 5, () -> false);
            assertThat(run.path().resolve("metrics.jsonl")).hasContent("""
                    {"step":103,"phase":"evaluation","value":12.0}
                    {"step":104,"phase":"sum","loss":5.0,"number":2.5,"rate":0.25}
                    {"step":105,"phase":"sum","loss":15.0,"number":5.0,"rate":0.2}
                    """);
        }
    }

    @Test
    void anEvaluationThatIsNoNumberEndsTheRun() throws IOException {
        try (RunDirectory run = run("a")) {
            Sum stage = new Sum();
            stage.measured = Double.POSITIVE_INFINITY;
            assertThatThrownBy(() -> train(run, stage, 20, () -> false)).isInstanceOf(DivergedException.class)
                    .hasMessage("sum: value is Infinity at step 3; try a lower learning rate");
            assertThat(run.newestCheckpoint()).isEmpty();
        }
    }

    @Test
    void stepsLeaveNoTensorsBehind() throws IOException {
        long before = Memory.liveTensors();
        try (RunDirectory run = run("a")) {
            Sum stage = new Sum();
            train(run, stage, 40, () -> false);
            assertThat(stage.live.get(39)).isEqualTo(stage.live.get(19));
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void progressSaysRateAndMetrics() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Console console = new Console(new PrintStream(bytes), Console.Level.NORMAL, false);
        try (Progress progress = console.progress("flow", 5, 0)) {
            progress.row(Map.of("loss", 1.23456));
            for (int step = 1; step <= 5; step++) {
                progress.step(step);
            }
        }
        assertThat(bytes.toString()).matches("flow 5/5, [\\d.]+ steps/s, done in \\d+s, loss 1.235\n");
    }

    @Test
    void progressCountsInItsUnit() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Console console = new Console(new PrintStream(bytes), Console.Level.NORMAL, false);
        try (Progress progress = console.progress("features", "rows", 8, 0)) {
            progress.step(8);
        }
        assertThat(bytes.toString()).matches("features 8/8, [\\d.]+ rows/s, done in \\d+s\n");
    }

    @Test
    void timesReadAsPeopleWriteThem() {
        assertThat(LineProgress.clock(59.4)).isEqualTo("59s");
        assertThat(LineProgress.clock(61)).isEqualTo("1m01s");
        assertThat(LineProgress.clock(7384)).isEqualTo("2h03m");
    }
}
