package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import org.flowprior.config.RequestException;
import org.flowprior.data.ImageSource;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine as a library user calls it, with a small classifier as network. */
@InScope
class EvaluationTest {

    private static final Path REAL = Path.of("procedural:16?seed=3&count=24");
    private static final Path GENERATED = Path.of("procedural:16?seed=4&count=24");
    private static final ImageSet.Options IN_FIVES = new ImageSet.Options(null, null, 5, 2);

    @TempDir
    private static Path shared;
    private static FeatureNetwork network;

    @BeforeAll
    static void trainNetwork() throws IOException {
        Path file = shared.resolve("classifier.safetensors");
        try (Scope scope = Scope.open(); ImageSource images = ImageSource.open(REAL);
                SmallClassifier classifier = SmallClassifier.train(images, 16,
                        new SmallClassifier.Options(4, 8, 2, 0), 1, step -> {})) {
            classifier.write(file);
        }
        network = FeatureNetwork.classifier(file);
    }

    @AfterAll
    static void closeNetwork() {
        network.close();
    }

    @Test
    void twoSetsAreComparedThroughANetwork() throws IOException {
        try (ImageSet generated = ImageSet.open(GENERATED); ImageSet real = ImageSet.open(REAL)) {
            EvaluationResult result = Evaluation.of(generated, real).through(network)
                    .metrics(Metric.FID, Metric.PR, Metric.PSNR).run();
            assertThat(result.measures()).extracting(EvaluationResult.Measure::key)
                    .containsExactly("fid", "precision", "recall", "fScore", "psnr");
            assertThat(result.measures().getFirst().label()).isEqualTo("FID of classifier features");
            assertThat(result.dimension()).isEqualTo(8);
            assertThat(result.statistics()).isNull();
            assertThat(result.value("fid")).isPositive();
            assertThat(result.value("precision")).isBetween(0.0, 1.0);
            assertThat(result.value("psnr")).isBetween(0.0, 40.0);
            assertThatThrownBy(() -> result.value("rfid")).hasMessage("'rfid' was not measured");
        }
    }

    @Test
    void aSetIsItselfInAnyBatchesAndAsOftenAsOneLikes() throws IOException {
        try (ImageSet generated = ImageSet.open(REAL); ImageSet real = ImageSet.open(REAL, IN_FIVES)) {
            Evaluation evaluation = Evaluation.of(generated, real).through(network).metrics(Metric.FID, Metric.PR);
            EvaluationResult result = evaluation.run();
            assertThat(result.value("fid")).isCloseTo(0, within(1e-4));
            assertThat(result.value("precision")).isOne();
            assertThat(result.value("recall")).isOne();
            assertThat(evaluation.run().measures()).isEqualTo(result.measures());
            assertThatThrownBy(() -> evaluation.metrics(Metric.SSIM).run()).isInstanceOf(RequestException.class)
                    .hasMessageContaining("pairs are made of equal batches");
        }
    }

    /** The statistics of one run are the reference of the next. */
    @Test
    void keptStatisticsStandForTheirSet() throws IOException {
        try (ImageSet generated = ImageSet.open(GENERATED); ImageSet real = ImageSet.open(REAL)) {
            EvaluationResult result = Evaluation.of(generated, real).through(network).metrics(Metric.FID)
                    .keepStatistics(true).run();
            assertThat(result.statistics().pooled().count()).isEqualTo(24);
            EvaluationResult again = Evaluation.of(generated, null).through(network)
                    .reference(result.statistics(), "kept").metrics(Metric.FID).run();
            assertThat(again.value("fid")).isEqualTo(result.value("fid"));
        }
    }

    @Test
    void whatNetworkAndSetsDoNotAllowIsLeftOutUnlessAskedFor() throws IOException {
        try (ImageSet generated = ImageSet.of("nine", ImageSource.open(GENERATED),
                new ImageSet.Options(9, null, 4, 1)); ImageSet real = ImageSet.open(REAL)) {
            Evaluation evaluation = Evaluation.of(generated, real).through(network);
            EvaluationResult result = evaluation.run();
            assertThat(result.metrics()).containsExactly(Metric.FID, Metric.PR);
            assertThat(result.notes()).startsWith("without sfid, which needs spatial features, which the network does "
                    + "not have",
                    "without is, which needs an image for each of its 10 parts, and nine has 9; "
                            + "--convention adm takes any number");
            assertThat(evaluation.convention(EvaluationConvention.ADM).run().metrics()).contains(Metric.IS);
            assertThatThrownBy(() -> evaluation.metrics(Metric.SFID).run()).isInstanceOf(UnmeasurableException.class)
                    .hasMessage("sfid needs spatial features, which the network does not have");
            assertThatThrownBy(() -> evaluation.metrics(Metric.LPIPS).run()).isInstanceOf(UnmeasurableException.class)
                    .hasMessage("lpips needs the weights of LPIPS");
            assertThatThrownBy(() -> evaluation.metrics(Metric.PSNR).run()).isInstanceOf(RequestException.class)
                    .hasMessageContaining("nine has 9 images");
        }
    }

    @Test
    void nothingIsLeftInMemory() throws IOException {
        long before = Memory.liveTensors();
        try (ImageSet generated = ImageSet.open(GENERATED); ImageSet real = ImageSet.open(REAL)) {
            Evaluation.of(generated, real).through(network).run();
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
