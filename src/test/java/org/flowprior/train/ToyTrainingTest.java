package org.flowprior.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.flowprior.flow.FlowModel;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToyTrainingTest {

    private static final ConfigLoader<ToyConfig> LOADER = ToyConfig.loader();
    private static final ToyConfig TINY = LOADER.load("quick", List.of("flow.width=16", "flow.blocks=1", "flow.steps=12",
            "flow.batch=32", "alignment.steps=10", "alignment.latents=40", "figures.grid=5", "figures.dataPoints=50",
            "figures.landscapeTimes=2", "log.every=4", "log.checkpointEvery=5", "log.keepCheckpoints=9", "threads=1"));

    private static int threads;

    @TempDir
    private static Path wholeDirectory;
    private static ToyResult whole;

    @TempDir
    private Path directory;

    @BeforeAll
    static void useOneThread() {
        threads = Libtorch.threads();
        Libtorch.setThreads(1);
    }

    @BeforeAll
    static void trainWithoutInterruption() throws IOException {
        try (RunDirectory run = RunDirectory.create(wholeDirectory, LOADER.toJson(TINY))) {
            whole = train(run, () -> false);
        }
    }

    @AfterAll
    static void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    /** Stops when asked for the n-th time. */
    private static BooleanSupplier after(int steps) {
        int[] asked = {0};
        return () -> ++asked[0] >= steps;
    }

    private static ToyResult train(RunDirectory run, BooleanSupplier stop) throws IOException {
        try (MetricLog log = MetricLog.open(run)) {
            return new ToyTraining(run, TINY, log, Console.silent(), stop).run();
        }
    }

    /** Steps 3 and 5 are in the flow, 5 at a checkpoint; 12 ends it; 13 and 19 are in the alignment. */
    @ParameterizedTest
    @ValueSource(ints = {3, 5, 12, 13, 19})
    void aResumedRunEqualsAnUninterruptedOne(int stopAfter) throws IOException {
        try (RunDirectory parts = RunDirectory.create(directory, LOADER.toJson(TINY))) {
            assertThatThrownBy(() -> train(parts, after(stopAfter))).isInstanceOf(StoppedException.class);
            ToyResult resumed = train(parts, () -> false);
            for (String file : List.of("metrics.jsonl", "flow.safetensors", "latents.safetensors",
                    "checkpoints/last/optimizer.safetensors", "checkpoints/last/random.safetensors",
                    "checkpoints/last/history.safetensors", "checkpoints/last/latents.safetensors")) {
                assertThat(parts.path().resolve(file)).as(file).hasSameBinaryContentAs(wholeDirectory.resolve(file));
            }
            assertThat(resumed.latents()).isEqualTo(whole.latents());
            assertThat(resumed.losses()).hasSize(10).isEqualTo(whole.losses());
            assertThat(resumed.likelihoods()).isEqualTo(whole.likelihoods());
            assertThat(resumed.landscape().values()).isDeepEqualTo(whole.landscape().values());
        }
    }

    @Test
    void anotherSeedGivesAnotherRun() throws IOException {
        try (ToyFlow one = new ToyFlow(TINY); ToyFlow other = new ToyFlow(LOADER.load("quick", List.of("seed=1")));
                Scope scope = Scope.open()) {
            assertThat(one.step(1).item()).isNotEqualTo(other.step(1).item());
        }
    }

    @Test
    void stepsOfBothStagesLeaveNoTensorsBehind() {
        long before = Memory.liveTensors();
        try (ToyFlow flow = new ToyFlow(TINY)) {
            assertThat(liveAfter(flow, 11, 20)).isEqualTo(liveAfter(flow, 1, 10));
            FlowModel frozen = flow.model().freeze();
            try (ToyAlignment alignment = new ToyAlignment(TINY, frozen)) {
                assertThat(liveAfter(alignment, 11, 20)).isEqualTo(liveAfter(alignment, 1, 10));
            }
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    private static long liveAfter(Stage stage, long first, long last) {
        for (long step = first; step <= last; step++) {
            try (Scope scope = Scope.open()) {
                stage.step(step);
            }
        }
        return Memory.liveTensors();
    }

    /** Data's NLL is ln 5 + 1 + ln(0.18 pi), its standard error here 0.0032; no flow has less loss than 1.2755. */
    @Test
    void measuresWhatIsKnown() throws IOException {
        assertThat(whole.nllData()).isCloseTo(Math.log(5) + 1 + Math.log(0.18 * Math.PI), within(0.013));
        assertThat(whole.bestFlowLoss()).isCloseTo(1.2755, within(0.05));
        assertThat(whole.flowLoss()).isGreaterThan(whole.bestFlowLoss());
        assertThat(whole.likelihoods()[0]).isBetween(12.0, 24.0);
        assertThat(whole.perComponent()).hasSize(5);
        assertThat(Arrays.stream(whole.perComponent()).sum()).isEqualTo(40);
        assertThat(whole.likelihood().values()).hasDimensions(5, 5);
    }

    @Test
    void aWholeRunLeavesNoTensorsBehind() throws IOException {
        long before = Memory.liveTensors();
        try (RunDirectory run = RunDirectory.create(directory, LOADER.toJson(TINY))) {
            train(run, () -> false);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
