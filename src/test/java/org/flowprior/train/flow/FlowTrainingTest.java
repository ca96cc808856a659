package org.flowprior.train.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.flowprior.config.ConfigLoader;
import org.flowprior.console.Console;
import org.flowprior.flow.FlowPrior;
import org.flowprior.flow.TimeConvention;
import org.flowprior.target.Banks;
import org.flowprior.target.FeatureBank;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.train.DivergedException;
import org.flowprior.train.StoppedException;
import org.flowprior.train.TrainingResult;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FlowTrainingTest {

    private static final ConfigLoader<FlowTrainingConfig> LOADER = FlowTrainingConfig.loader();
    private static final List<String> FILES = List.of("metrics.jsonl", FlowTraining.PRIOR, FlowData.FILE,
            "checkpoints/last/model.safetensors", "checkpoints/last/ema.safetensors",
            "checkpoints/last/optimizer.safetensors", "checkpoints/last/random.safetensors");

    private static int threads;

    @TempDir
    private static Path shared;
    private static FlowTrainingConfig tiny;
    private static TrainingResult whole;

    @TempDir
    private Path directory;

    @BeforeAll
    static void trainWithoutInterruption() throws IOException {
        threads = Libtorch.threads();
        Libtorch.setThreads(1);
        tiny = config(Banks.normal(shared.resolve("bank"), 500, 9, 0.8), "projection.kind=pca",
                "projection.dimension=4", "projection.unitVariance=true");
        whole = train(shared.resolve("whole"), tiny, () -> false);
    }

    @AfterAll
    static void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    private static FlowTrainingConfig config(Path bank, String... settings) {
        List<String> all = new ArrayList<>(List.of("data.bank=" + bank, "network.width=16", "network.blocks=1",
                "training.steps=20", "training.warmupSteps=4", "training.batch=32", "training.accumulation=2",
                "training.ema=0.9", "evaluation.rows=50", "evaluation.references=100", "evaluation.sampleSteps=3",
                "evaluation.projections=4", "evaluation.every=6", "log.every=3", "log.checkpointEvery=5", "threads=1"));
        all.addAll(List.of(settings));
        return LOADER.load("quick", all);
    }

    /** Says stop at the n-th call. */
    private static BooleanSupplier after(int steps) {
        int[] asked = {0};
        return () -> ++asked[0] >= steps;
    }

    private static TrainingResult train(Path directory, FlowTrainingConfig config, BooleanSupplier stop)
            throws IOException {
        return new FlowTraining().run(directory, config, Console.silent(), stop);
    }

    /** Stops between rows, at a row, at a checkpoint, at an evaluation, and after the last step. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 12, 19, 20})
    void aResumedRunEqualsAnUninterruptedOne(int stopAfter) throws IOException {
        if (stopAfter < 20) {
            assertThatThrownBy(() -> train(directory, tiny, after(stopAfter))).isInstanceOf(StoppedException.class);
        } else {
            train(directory, tiny, after(stopAfter));
            Files.delete(directory.resolve(FlowTraining.PRIOR));
        }
        TrainingResult resumed = train(directory, tiny, () -> false);
        for (String file : FILES) {
            assertThat(directory.resolve(file)).as(file).hasSameBinaryContentAs(shared.resolve("whole").resolve(file));
        }
        assertThat(resumed.evaluation()).isEqualTo(whole.evaluation());
    }

    /** What a kill leaves: rows of steps after the checkpoint, one of them torn, and half a checkpoint. */
    @Test
    void whatAKillLeavesIsMadeGood() throws IOException {
        assertThatThrownBy(() -> train(directory, tiny, after(7))).isInstanceOf(StoppedException.class);
        Path metrics = directory.resolve("metrics.jsonl");
        Files.writeString(metrics, Files.readString(metrics)
                + "{\"step\":9,\"phase\":\"flow\",\"loss\":7.0}\n{\"step\":12,\"ph");
        Path half = Files.createDirectories(directory.resolve("checkpoints/.step-00000010.partial"));
        Files.writeString(half.resolve("model.safetensors"), "half");
        train(directory, tiny, () -> false);
        for (String file : FILES) {
            assertThat(directory.resolve(file)).as(file).hasSameBinaryContentAs(shared.resolve("whole").resolve(file));
        }
        assertThat(half).doesNotExist();
    }

    @Test
    void thePriorHasTheAveragedWeightsAndTheWayToTheirSpace() throws IOException {
        try (FlowPrior prior = FlowPrior.read(whole.file(), TimeConvention.PAPER);
                FeatureBank bank = FeatureBank.open(Path.of(tiny.data().bank()));
                FlowData data = FlowData.open(tiny);
                Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            data.prepare(shared.resolve("whole").resolve(FlowData.FILE), Console.silent());
            assertThat(prior.model().convention()).isEqualTo(TimeConvention.OFFICIAL);
            assertThat(prior.scaling()).isEqualTo(whole.summary().get("scaling").getAsDouble())
                    .isEqualTo(data.scaling());
            assertThat(prior.target(bank.rows(data.heldOutRows())).toDoubleArray())
                    .isEqualTo(data.heldOut().toDoubleArray());
            assertThat(prior.provenance()).containsEntry("bank", "bank").containsEntry("source", "test")
                    .containsEntry("steps", "20").containsEntry("weights", "moving average, decay 0.9");
            var averages = Safetensors.read(shared.resolve("whole/checkpoints/last/ema.safetensors"));
            prior.model().network().stateDict().forEach((name, weight) -> assertThat(weight.toDoubleArray()).as(name)
                    .isEqualTo(averages.get("net." + name).toDoubleArray()));
            try (Generator generator = Generator.seeded(1)) {
                assertThat(prior.alignmentLoss(data.heldOut(), generator).item()).isBetween(0.5, 3.0);
            }
        }
    }

    @Test
    void aRunThatDivergesSaysWhereAndKeepsTheCheckpointBefore() {
        FlowTrainingConfig wild = config(Path.of(tiny.data().bank()), "training.learningRate=1e30",
                "training.warmupSteps=9", "training.warmupStart=0.0001", "training.steps=40");
        assertThatThrownBy(() -> train(directory, wild, () -> false)).isInstanceOf(DivergedException.class)
                .hasMessageMatching(
                        "flow: (loss|gradientNorm) is (NaN|Infinity) at step [2-5]; try a lower learning rate");
        FlowTrainingConfig late = config(Path.of(tiny.data().bank()), "training.learningRate=1e30",
                "training.warmupSteps=0", "log.checkpointEvery=1");
        assertThatThrownBy(() -> train(directory.resolve("late"), late, () -> false))
                .isInstanceOf(DivergedException.class);
        assertThat(directory.resolve("late/checkpoints/step-00000001")).exists();
        assertThat(directory.resolve("late/checkpoints/step-00000002")).doesNotExist();
    }

    @Test
    void aRunLeavesNoTensorsBehind() throws IOException {
        long before = Memory.liveTensors();
        train(directory, tiny, () -> false);
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    /**
     * The least loss for N(0, s^2 I) is pi s / 2 a channel, 0.9425 for s = 0.6 (spec 3.4); it begins at 1 + s^2 = 1.36.
     * On 4,000 held-out draws of 4 channels the standard error is 0.01. The samples' deviation by Euler's method in 50
     * steps is 0.592.
     */
    @Test
    void learnsAGaussian() throws IOException {
        Path bank = Banks.normal(directory.resolve("gaussian"), 5000, 4, 0.6);
        FlowTrainingConfig config = config(bank, "projection.kind=none", "network.width=32", "training.steps=300",
                "training.warmupSteps=20", "training.batch=64", "training.learningRate=0.005", "training.ema=0.97",
                "evaluation.rows=1000", "evaluation.references=2000", "evaluation.sampleSteps=50", "evaluation.every=0",
                "training.accumulation=1");
        TrainingResult result = train(directory.resolve("run"), config, () -> false);
        assertThat(result.evaluation().get("heldOutLoss")).isCloseTo(Math.PI * 0.6 / 2, within(0.04));
        try (FlowPrior prior = FlowPrior.read(result.file()); Generator generator = Generator.seeded(2);
                Scope scope = Scope.open()) {
            assertThat(prior.sample(4000, 50, generator).std().item()).isCloseTo(0.592, within(0.04));
        }
        assertThat(result.evaluation().get("slicedWasserstein")).isLessThan(
                3 * result.evaluation().get("dataSlicedWasserstein"));
        assertThat(result.evaluation().get("logRadius"))
                .isCloseTo(result.evaluation().get("dataLogRadius"), within(0.1));
    }
}
