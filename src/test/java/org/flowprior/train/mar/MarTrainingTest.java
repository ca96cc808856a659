package org.flowprior.train.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.data.latents.Caches;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
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

class MarTrainingTest {

    private static final ConfigLoader<MarTrainingConfig> LOADER = MarTrainingConfig.loader();
    private static final List<String> FILES = List.of("metrics.jsonl", MarTraining.GENERATOR,
            "checkpoints/last/model.safetensors", "checkpoints/last/ema.safetensors",
            "checkpoints/last/optimizer.safetensors", "checkpoints/last/random.safetensors");

    private static int threads;

    @TempDir
    private static Path shared;
    private static MarTrainingConfig tiny;
    private static TrainingResult whole;

    @TempDir
    private Path directory;

    @BeforeAll
    static void trainWithoutInterruption() throws IOException {
        threads = Libtorch.threads();
        Libtorch.setThreads(1);
        tiny = config(Caches.normal(shared.resolve("cache"), 60, 5, 3));
        whole = train(shared.resolve("whole"), tiny, () -> false);
    }

    @AfterAll
    static void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    /** With dropout, dropped labels, micro-batches and several passes. */
    private static MarTrainingConfig config(Path cache, String... settings) {
        List<String> all = new ArrayList<>(List.of("data.cache=" + cache, "model.width=16", "model.encoderDepth=1",
                "model.decoderDepth=1", "model.heads=2", "model.bufferSize=2", "model.head.depth=1",
                "model.head.width=8", "model.head.multiplicity=2", "model.attentionDropout=0.1",
                "model.projectionDropout=0.1", "training.steps=20", "training.warmupSteps=4", "training.batch=12",
                "training.accumulation=2", "training.ema=0.9", "evaluation.images=10", "evaluation.batch=4",
                "evaluation.every=6", "log.every=3", "log.checkpointEvery=5", "threads=1"));
        all.addAll(List.of(settings));
        return LOADER.load("quick", all);
    }

    /** Says stop at the n-th call. */
    private static BooleanSupplier after(int steps) {
        int[] asked = {0};
        return () -> ++asked[0] >= steps;
    }

    private static TrainingResult train(Path directory, MarTrainingConfig config, BooleanSupplier stop)
            throws IOException {
        return new MarTraining().run(directory, config, Console.silent(), stop);
    }

    private void requireSameFiles() {
        for (String file : FILES) {
            assertThat(directory.resolve(file)).as(file).hasSameBinaryContentAs(shared.resolve("whole").resolve(file));
        }
    }

    /** Stops between rows, at a row, at a checkpoint, at an evaluation, and after the last step. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5, 12, 19, 20})
    void aResumedRunEqualsAnUninterruptedOne(int stopAfter) throws IOException {
        if (stopAfter < 20) {
            assertThatThrownBy(() -> train(directory, tiny, after(stopAfter))).isInstanceOf(StoppedException.class);
        } else {
            train(directory, tiny, after(stopAfter));
            Files.delete(directory.resolve(MarTraining.GENERATOR));
        }
        TrainingResult resumed = train(directory, tiny, () -> false);
        requireSameFiles();
        assertThat(resumed.evaluation()).isEqualTo(whole.evaluation());
    }

    /** What a kill leaves: rows of steps after the checkpoint, one of them torn, and half a checkpoint. */
    @Test
    void whatAKillLeavesIsMadeGood() throws IOException {
        assertThatThrownBy(() -> train(directory, tiny, after(7))).isInstanceOf(StoppedException.class);
        Path metrics = directory.resolve("metrics.jsonl");
        Files.writeString(metrics, Files.readString(metrics)
                + "{\"step\":9,\"phase\":\"mar\",\"loss\":7.0}\n{\"step\":12,\"ph");
        Path half = Files.createDirectories(directory.resolve("checkpoints/.step-00000010.partial"));
        Files.writeString(half.resolve("model.safetensors"), "half");
        train(directory, tiny, () -> false);
        requireSameFiles();
        assertThat(half).doesNotExist();
    }

    @Test
    void theGeneratorHasTheAveragedWeightsUnderTheOfficialKeys() throws IOException {
        try (Scope scope = Scope.open()) {
            var generator = Safetensors.read(whole.file());
            var averages = Safetensors.read(shared.resolve("whole/checkpoints/last/ema.safetensors"));
            var weights = Safetensors.read(shared.resolve("whole/checkpoints/last/model.safetensors"));
            assertThat(generator).containsKeys("fake_latent", "encoder_blocks.0.attn.q_norm.weight",
                    "diffloss.net.final_layer.linear.weight").hasSameSizeAs(averages).hasSameSizeAs(weights);
            generator.forEach((name, value) -> assertThat(value.toDoubleArray()).as(name)
                    .isEqualTo(averages.get(name).toDoubleArray()));
            assertThat(generator.get("z_proj.weight").toDoubleArray())
                    .isNotEqualTo(weights.get("z_proj.weight").toDoubleArray());
        }
        assertThat(whole.summary().get("trainingImages").getAsInt()).isEqualTo(50);
        assertThat(whole.summary().get("scaling").getAsDouble()).isEqualTo(2);
        assertThat(whole.summary().get("classes").getAsInt()).isEqualTo(3);
        assertThat(whole.evaluation()).containsOnlyKeys("heldOutLoss");
    }

    /** The step is named, and no checkpoint has what it left. */
    @Test
    void aLossThatIsNoFiniteNumberEndsTheRunAndKeepsTheCheckpointBefore() {
        MarTrainingConfig wild = config(Path.of(tiny.data().cache()), "training.learningRate=1e30",
                "training.warmupSteps=9", "training.steps=40", "training.clip=0", "log.checkpointEvery=1");
        assertThatThrownBy(() -> train(directory, wild, () -> false)).isInstanceOf(DivergedException.class)
                .hasMessageMatching("mar: (loss|gradientNorm) is (NaN|-?Infinity) at step 3; try a lower learning "
                        + "rate");
        assertThat(directory.resolve("checkpoints/step-00000002")).exists();
        assertThat(directory.resolve("checkpoints/step-00000003")).doesNotExist();
        assertThat(directory.resolve(MarTraining.GENERATOR)).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "training.checkpointing=true", "model.head.kind=diffusion", "precision=bf16"})
    void aRunLeavesNoTensorsBehind(String setting) throws IOException {
        MarTrainingConfig config = setting.isEmpty() ? tiny : config(Path.of(tiny.data().cache()), setting);
        long before = Memory.liveTensors();
        train(directory, config, () -> false);
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    /** Training from a file begins with its weights: the first step, of rate 0, leaves them as they are. */
    @Test
    void aFileIsSomethingToBeginWith() throws IOException {
        MarTrainingConfig further = config(Path.of(tiny.data().cache()), "model.weights=" + whole.file(),
                "training.steps=1", "training.warmupSteps=0", "training.schedule=constant",
                "training.learningRate=1e-30", "training.weightDecay=0");
        train(directory, further, () -> false);
        try (Scope scope = Scope.open()) {
            var begun = Safetensors.read(whole.file());
            Safetensors.read(directory.resolve("checkpoints/last/model.safetensors")).forEach((name,
                    value) -> assertThat(value.toDoubleArray()).as(name).isEqualTo(begun.get(name).toDoubleArray()));
        }
        MarTrainingConfig other = config(Path.of(tiny.data().cache()), "model.weights=" + whole.file(),
                "model.width=8");
        assertThatThrownBy(() -> train(directory.resolve("other"), other, () -> false))
                .isInstanceOf(RequestException.class).hasMessageStartingWith(whole.file().toString());
        assertThat(directory.resolve("other")).doesNotExist();
    }
}
