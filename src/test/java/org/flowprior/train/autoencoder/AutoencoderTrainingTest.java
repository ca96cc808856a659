package org.flowprior.train.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.config.ConfigLoader;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowPrior;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.target.Banks;
import org.flowprior.target.IdentityProjection;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Libtorch;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.train.DivergedException;
import org.flowprior.train.StoppedException;
import org.flowprior.train.TrainingResult;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutoencoderTrainingTest {

    private static final ConfigLoader<AutoencoderTrainingConfig> LOADER = AutoencoderTrainingConfig.loader();
    private static final List<String> FILES = List.of("metrics.jsonl", AutoencoderTraining.AUTOENCODER,
            AutoencoderTraining.DISCRIMINATOR, "checkpoints/last/model.safetensors",
            "checkpoints/last/ema.safetensors", "checkpoints/last/optimizer.safetensors",
            "checkpoints/last/discriminator.safetensors", "checkpoints/last/optimizer-disc.safetensors",
            "checkpoints/last/loss.safetensors", "checkpoints/last/random.safetensors", "checkpoints/last/data.json",
            "images/step-00000006.png", "images/step-00000012.png");

    private static int threads;

    @TempDir
    private static Path shared;
    private static AutoencoderTrainingConfig tiny;
    private static TrainingResult whole;

    @TempDir
    private Path directory;

    @BeforeAll
    static void trainWithoutInterruption() throws IOException {
        threads = Libtorch.threads();
        Libtorch.setThreads(1);
        try (Generator generator = Generator.seeded(5);
                VisionTransformer eye = new VisionTransformer(
                        new VisionTransformerConfig(16, 8, 64, 3, 1, 64, MlpType.GELU_TANH, 0, false), generator);
                FlowPrior prior = new FlowPrior(new FlowModel(new VelocityNetwork(
                        new VelocityNetwork.Config(8, 0, 1, 8), generator), TimeConvention.PAPER).freeze(),
                        new IdentityProjection(8), 1, Map.of())) {
            Safetensors.write(shared.resolve("eye.safetensors"), eye.stateDict());
            prior.write(shared.resolve("prior.safetensors"));
        }
        Banks.normal(shared.resolve("bank"), 400, 8, 1);
        tiny = config();
        whole = train(shared.resolve("whole"), tiny, () -> false);
    }

    @AfterAll
    static void useThreadsAsBefore() {
        Libtorch.setThreads(threads);
    }

    private static AutoencoderTrainingConfig config(String... settings) {
        List<String> all = new ArrayList<>(List.of("data.images=procedural:24?count=10",
                "data.validation=procedural:24?seed=1&count=5", "data.smallest=0.8", "data.flip=true",
                "model.imageSize=24", "model.latentTokens=4", "model.latentChannels=8", "model.bottleneck.kind=kl",
                "loss.adversarial.discriminator=dino", "loss.adversarial.backbone=" + shared.resolve("eye.safetensors"),
                "loss.adversarial.weight=0.5", "loss.adversarial.start=4", "loss.adversarial.augmentation=true",
                "loss.adversarial.consistency=1", "loss.adversarial.lecam=0.1",
                "loss.alignment.prior=" + shared.resolve("prior.safetensors"), "loss.alignment.weight=0.1",
                "loss.alignment.normTarget=true", "loss.alignment.movingAvgStd=true", "training.steps=12",
                "training.warmupSteps=2", "training.batch=4", "training.accumulation=2", "training.ema=0.9",
                "evaluation.every=6", "evaluation.images=5", "evaluation.batch=2", "evaluation.shown=3",
                "evaluation.bank=" + shared.resolve("bank"), "evaluation.points=9", "evaluation.k=3", "log.every=3",
                "log.checkpointEvery=5", "threads=1"));
        for (String side : List.of("encoder", "decoder")) {
            for (String setting : "patchSize=8 width=16 depth=1 heads=2 hidden=16".split(" ")) {
                all.add("model." + side + "." + setting);
            }
        }
        all.addAll(List.of(settings));
        return LOADER.load("quick", all);
    }

    /** Says stop at the n-th call. */
    private static BooleanSupplier after(int steps) {
        int[] asked = {0};
        return () -> ++asked[0] >= steps;
    }

    private static TrainingResult train(Path directory, AutoencoderTrainingConfig config, BooleanSupplier stop)
            throws IOException {
        return new AutoencoderTraining().run(directory, config, Console.silent(), stop);
    }

    /** Stops between rows, before and after the discriminator's start, at a checkpoint, and after the last step. */
    @ParameterizedTest
    @ValueSource(ints = {1, 4, 5, 7, 12})
    void aResumedRunEqualsAnUninterruptedOne(int stopAfter) throws IOException {
        if (stopAfter < 12) {
            assertThatThrownBy(() -> train(directory, tiny, after(stopAfter))).isInstanceOf(StoppedException.class);
        } else {
            train(directory, tiny, after(stopAfter));
            Files.delete(directory.resolve(AutoencoderTraining.AUTOENCODER));
        }
        TrainingResult resumed = train(directory, tiny, () -> false);
        for (String file : FILES) {
            assertThat(directory.resolve(file)).as(file).hasSameBinaryContentAs(shared.resolve("whole").resolve(file));
        }
        assertThat(resumed.evaluation()).isEqualTo(whole.evaluation());
    }

    @Test
    void alignmentIsMeasuredBothWaysAlongTheTraining() {
        AlignmentSeries series = AlignmentSeries.read(shared.resolve("whole"));
        assertThat(series.steps()).containsExactly(6, 12);
        assertThat(series.alignment()[1]).isEqualTo(whole.evaluation().get("alignment"));
        assertThat(series.meanLogDistance()[1]).isEqualTo(whole.evaluation().get("meanLogDistance"));
        assertThat(series.meanLogDistance()[0]).isNotEqualTo(series.meanLogDistance()[1]);
        assertThat(series.k()).isEqualTo(3);
        assertThat(series.points()).isEqualTo(9);
    }

    @Test
    void theFileHasTheAveragedWeights() {
        try (Scope scope = Scope.open(); Autoencoder autoencoder = AutoencoderFile.read(whole.file())) {
            Map<String, Tensor> averages = Safetensors.read(
                    shared.resolve("whole/checkpoints/last/ema.safetensors"));
            Map<String, Tensor> last = Safetensors.read(shared.resolve("whole/checkpoints/last/model.safetensors"));
            autoencoder.stateDict()
                    .forEach((name, weight) -> assertThat(weight.equal(averages.get(name))).as(name).isTrue());
            assertThat(averages.get("quant_conv.weight").toDoubleArray())
                    .isNotEqualTo(last.get("quant_conv.weight").toDoubleArray());
            assertThat(autoencoder.config()).isEqualTo(tiny.model().sizes());
        }
    }

    @Test
    void theDiscriminatorStandsStillUntilItsStart() throws IOException {
        train(directory, config("log.checkpointEvery=1", "log.keepCheckpoints=12", "training.optimizer=adam",
                "training.weightDecay=0", "training.steps=5", "log.every=5"), () -> false);
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> second = discriminator(2);
            Map<String, Tensor> third = discriminator(3);
            Map<String, Tensor> fifth = discriminator(5);
            String weight = "heads.1.0.0.weight_orig";
            assertThat(third.get(weight).equal(second.get(weight))).isTrue();
            assertThat(fifth.get(weight).equal(second.get(weight))).isFalse();
            String vector = "heads.1.0.0.weight_u";
            assertThat(third.get(vector).equal(second.get(vector))).isFalse();
        }
    }

    private Map<String, Tensor> discriminator(int step) {
        return Safetensors.read(directory.resolve("checkpoints/step-0000000" + step + "/discriminator.safetensors"));
    }

    @Test
    void aRunThatDivergesSaysWhere() {
        AutoencoderTrainingConfig wild = config("training.learningRate=1e30", "training.warmupSteps=0");
        assertThatThrownBy(() -> train(directory, wild, () -> false)).isInstanceOf(DivergedException.class)
                .hasMessageMatching("autoencoder: \\w+ is (NaN|-?Infinity) at step \\d; try a lower learning rate");
    }

    @Test
    void aRunLeavesNoTensorsBehind() throws IOException {
        long before = Memory.liveTensors();
        train(directory, config("training.steps=3"), () -> false);
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.bottleneck.kind=none", "model.bottleneck.kind=vq", "model.bottleneck.kind=softvq",
        "training.checkpointing=true", "precision=bf16", "loss.adversarial.discriminator=maskbit",
        "data.validation=", "evaluation.shown=0", "evaluation.bank="})
    void everyVariantTrains(String setting) throws IOException {
        TrainingResult result = train(directory, config("training.steps=3", "training.warmupSteps=1",
                "loss.adversarial.start=2", "model.bottleneck.codes=8", "model.imageSize=32", setting), () -> false);
        assertThat(result.evaluation().get("psnr")).isBetween(1.0, 40.0);
    }

    private static void begin(AutoencoderTrainingConfig config) throws IOException {
        new AutoencoderTraining().open(config, true).close();
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatThrownBy(() -> begin(config("loss.alignment.prior=")))
                .isInstanceOf(RequestException.class).hasMessageContaining("loss.alignment.prior");
        assertThatThrownBy(() -> begin(config("loss.perceptual.weight=1")))
                .isInstanceOf(RequestException.class).hasMessageContaining("loss.perceptual.vgg");
        assertThatThrownBy(() -> begin(config("model.encoder.weights=nowhere.pth")))
                .isInstanceOf(RequestException.class).hasMessage("no such file: nowhere.pth (model.encoder.weights)");
        assertThatThrownBy(() -> begin(config("training.batch=12")))
                .isInstanceOf(RequestException.class).hasMessageContaining("lower training.batch");
        assertThatThrownBy(() -> begin(config("model.latentChannels=6")))
                .isInstanceOf(RequestException.class).hasMessageContaining("is a prior of 8 channels");
        assertThatThrownBy(() -> begin(config("evaluation.k=401")))
                .isInstanceOf(RequestException.class).hasMessageContaining("fewer than evaluation.k = 401");
    }
}
