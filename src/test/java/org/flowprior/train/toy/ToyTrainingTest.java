package org.flowprior.train.toy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.Json;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.TimeWeighting;
import org.flowprior.target.ToyTarget;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.train.Stage;
import org.flowprior.train.StoppedException;
import org.flowprior.train.TrainingRun;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToyTrainingTest {

    private static final ConfigLoader<ToyConfig> LOADER = ToyConfig.loader();
    private static final ToyConfig TINY = LOADER.load("quick", List.of("flow.width=16", "flow.blocks=1",
            "flow.steps=12",
            "flow.batch=32", "alignment.steps=10", "alignment.latents=40", "figures.grid=5", "figures.dataPoints=50",
            "figures.landscapeTimes=2", "report.points=6", "report.grid=3", "report.tolerance=0.01",
            "report.timeNodes=1",
            "report.noiseNodes=2", "log.every=4", "log.checkpointEvery=5", "log.keepCheckpoints=9", "threads=1"));

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
        whole = train(wholeDirectory, TINY, () -> false, true);
    }

    @AfterAll
    static void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    /** Says stop at the n-th call. */
    private static BooleanSupplier after(int steps) {
        int[] asked = {0};
        return () -> ++asked[0] >= steps;
    }

    private static ToyResult train(Path place, ToyConfig config, BooleanSupplier stop, boolean report)
            throws IOException {
        try (TrainingRun run = TrainingRun.open(place, LOADER.toJson(config))) {
            return new ToyTraining(run.stopWhen(stop), config).run(report);
        }
    }

    /**
     * Steps 3 and 5 are in the flow, 5 at a checkpoint; 12 ends it; 13 and 19 are in the alignment; 22 ends it; 25 is
     * in the alignment under the other weighting.
     */
    @ParameterizedTest
    @ValueSource(ints = {3, 5, 12, 13, 19, 22, 25})
    void aResumedRunEqualsAnUninterruptedOne(int stopAfter) throws IOException {
        assertThatThrownBy(() -> train(directory, TINY, after(stopAfter), true)).isInstanceOf(StoppedException.class);
        ToyResult resumed = train(directory, TINY, () -> false, true);
        for (String file : List.of("metrics.jsonl", "flow.safetensors", "latents.safetensors",
                "history.safetensors", "snapshots.safetensors", "latents-likelihood.safetensors",
                "history-likelihood.safetensors", "snapshots-likelihood.safetensors",
                "checkpoints/last/snapshots.safetensors",
                "checkpoints/last/optimizer.safetensors", "checkpoints/last/random.safetensors",
                "checkpoints/last/history.safetensors", "checkpoints/last/latents.safetensors")) {
            assertThat(directory.resolve(file)).as(file).hasSameBinaryContentAs(wholeDirectory.resolve(file));
        }
        assertThat(resumed.aligned().latents()).isEqualTo(whole.aligned().latents());
        assertThat(resumed.aligned().losses()).hasSize(10).isEqualTo(whole.aligned().losses());
        assertThat(resumed.aligned().likelihoods()).isEqualTo(whole.aligned().likelihoods());
        assertThat(resumed.landscape().values()).isDeepEqualTo(whole.landscape().values());
        assertThat(json(resumed)).isEqualTo(json(whole));
    }

    private static JsonObject json(ToyResult result) {
        return ReportText.json(result.target(), result.report().orElseThrow());
    }

    @Test
    void aReportCanBeAskedForAfterwards() throws IOException {
        assertThat(train(directory, TINY, () -> false, false).report()).isEmpty();
        assertThat(json(train(directory, TINY, () -> false, true))).isEqualTo(json(whole));
        assertThat(train(directory, TINY, () -> false, false).aligned().losses()).isEqualTo(whole.aligned().losses());
    }

    @Test
    void bothWeightingsStartFromTheSameLatentsAndGoTheirOwnWays() {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> uniform = Safetensors.read(wholeDirectory.resolve("history.safetensors"));
            Map<String, Tensor> likelihood = Safetensors.read(wholeDirectory.resolve("history-likelihood.safetensors"));
            assertThat(likelihood.get("nll").get(0L).item()).isEqualTo(uniform.get("nll").get(0L).item());
            assertThat(likelihood.get("loss").get(0L).item()).isNotEqualTo(uniform.get("loss").get(0L).item());
        }
        assertThat(wholeDirectory.resolve("latents.safetensors"))
                .content(StandardCharsets.ISO_8859_1).isNotEqualTo(latin1("latents-likelihood.safetensors"));
        assertThat(whole.report().orElseThrow().alignments()).extracting(ToyReport.Aligned::weighting)
                .containsExactly(TimeWeighting.UNIFORM, TimeWeighting.LIKELIHOOD);
    }

    private static String latin1(String file) {
        try {
            return Files.readString(wholeDirectory.resolve(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theConfigCanAskForTheLikelihoodWeighting() throws IOException {
        ToyConfig config = TINY.with(TimeWeighting.LIKELIHOOD);
        ToyResult result = train(directory, config, () -> false, true);
        try (Scope scope = Scope.open()) {
            assertThat(result.aligned().latents()).isEqualTo(Safetensors.read(
                    wholeDirectory.resolve("latents-likelihood.safetensors")).get("latents").toDoubleArray());
        }
        assertThat(directory.resolve("latents-uniform.safetensors"))
                .hasSameBinaryContentAs(wholeDirectory.resolve("latents.safetensors"));
    }

    /** 10 steps have no 21 moments: each step is one. */
    @Test
    void snapshotsEndAtTheLatents() {
        List<AlignedLatents.Snapshot> snapshots = whole.aligned().snapshots();
        assertThat(snapshots).extracting(AlignedLatents.Snapshot::step).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L,
                9L, 10L);
        float[] last = snapshots.getLast().points();
        for (int i = 0; i < last.length; i++) {
            assertThat((double) last[i]).isEqualTo(whole.aligned().latents()[i]);
        }
        assertThat(snapshots.getFirst().points()).isNotEqualTo(last);
    }

    /** [i * 250 + 1 for i in range(20)] + [5000] of the official 5,000 steps. */
    @Test
    void snapshotsAreTakenAtTheOfficialMoments() {
        LatentSnapshots snapshots = new LatentSnapshots(5000);
        try (Scope scope = Scope.open()) {
            Tensor latents = Torch.zeros(1, 2);
            for (long step = 1; step <= 5000; step++) {
                snapshots.offer(step, latents);
            }
        }
        assertThat(snapshots.taken()).hasSize(21).extracting(AlignedLatents.Snapshot::step).startsWith(1L, 251L, 501L)
                .endsWith(4501L, 4751L, 5000L);
    }

    @Test
    void theOfficialLikelihoodOfRingsIsAnEstimateAtSomeSteps() throws IOException {
        ToyConfig config = LOADER.read(config(TINY.with(ToyTarget.RINGS)), List.of("figures.likelihood=official",
                "figures.kernelEvery=4"));
        ToyResult first = train(directory.resolve("a"), config, () -> false, false);
        AlignedLatents aligned = first.aligned();
        assertThat(first.nllSpace()).startsWith("normalised");
        assertThat(aligned.whereEvaluated(aligned.likelihoods())).hasSize(3);
        assertThat(aligned.likelihoods()[3]).isEqualTo(aligned.likelihoods()[0]);
        assertThat(aligned.likelihoods()[4]).isNotEqualTo(aligned.likelihoods()[0]);
        assertThat(Arrays.stream(aligned.likelihoods()).max().orElseThrow()).isLessThan(20.26);
        Path other = directory.resolve("b");
        assertThatThrownBy(() -> train(other, config, after(12 + 6), false)).isInstanceOf(StoppedException.class);
        assertThat(train(other, config, () -> false, false).aligned().likelihoods()).isEqualTo(aligned.likelihoods());
    }

    private Path config(ToyConfig config) throws IOException {
        return Files.writeString(directory.resolve("config.json"), Json.pretty(LOADER.toJson(config)));
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
            try (ShownLikelihood likelihood = new ShownLikelihood(TINY, TINY.distribution());
                    ToyAlignment alignment = new ToyAlignment(ToyAlignment.NAME, TINY, frozen, likelihood)) {
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
        assertThat(whole.aligned().likelihoods()[0]).isBetween(12.0, 24.0);
        assertThat(whole.perMode()).hasSize(5);
        assertThat(Arrays.stream(whole.perMode()).sum()).isEqualTo(40);
        assertThat(whole.likelihood().values()).hasDimensions(5, 5);
    }

    @Test
    void aWholeRunLeavesNoTensorsBehind() throws IOException {
        long before = Memory.liveTensors();
        train(directory, TINY, () -> false, true);
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
