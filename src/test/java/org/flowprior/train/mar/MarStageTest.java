package org.flowprior.train.mar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.data.latents.Caches;
import org.flowprior.mar.Mar;
import org.flowprior.torch.DType;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarStageTest {

    @TempDir
    private static Path directory;
    private static Path cache;

    @BeforeAll
    static void writeCache() {
        cache = Caches.normal(directory.resolve("cache"), 120, 6, 4);
    }

    private static MarTrainingConfig config(String... settings) {
        List<String> all = new ArrayList<>(List.of("data.cache=" + cache, "model.width=16", "model.encoderDepth=2",
                "model.decoderDepth=2", "model.heads=2", "model.bufferSize=2", "model.head.depth=1",
                "model.head.width=16", "model.head.multiplicity=2", "training.steps=40", "training.warmupSteps=4",
                "training.batch=24", "evaluation.images=20", "evaluation.batch=10", "evaluation.every=0"));
        all.addAll(List.of(settings));
        return MarTrainingConfig.loader().load("quick", all);
    }

    /** Something with the stage of that config. */
    private interface Use {
        void of(MarStage stage, Mar mar) throws Exception;
    }

    private static void with(MarTrainingConfig config, Use use) throws Exception {
        try (MarData data = MarData.open(config); Mar mar = MarNetworks.create(config, data, true);
                MarStage stage = new MarStage(config, data, mar)) {
            use.of(stage, mar);
        }
    }

    private static Map<String, double[]> weights(Mar mar) {
        Map<String, double[]> weights = new LinkedHashMap<>();
        mar.namedParameters().forEach((name, weight) -> weights.put(name, weight.toDoubleArray()));
        return weights;
    }

    private static List<double[]> steps(MarStage stage, int first, int last) {
        List<double[]> metrics = new ArrayList<>();
        for (int step = first; step <= last; step++) {
            try (Scope scope = Scope.open()) {
                metrics.add(stage.step(step).toDoubleArray());
            }
        }
        return metrics;
    }

    private static void requireSame(Map<String, double[]> actual, Map<String, double[]> expected, double error) {
        assertThat(actual).hasSameSizeAs(expected);
        actual.forEach((name, values) -> assertThat(values).as(name)
                .containsExactly(expected.get(name), within(error)));
    }

    @Test
    void microBatchesAddUpToTheBatch() throws Exception {
        List<double[]> whole = new ArrayList<>();
        Map<String, double[]> expected = new LinkedHashMap<>();
        with(config(), (stage, mar) -> {
            whole.addAll(steps(stage, 1, 3));
            expected.putAll(weights(mar));
        });
        with(config("training.accumulation=4"), (stage, mar) -> {
            List<double[]> parts = steps(stage, 1, 3);
            for (int i = 0; i < 3; i++) {
                assertThat(parts.get(i)).containsExactly(whole.get(i), within(1e-5));
            }
            requireSame(weights(mar), expected, 2e-5);
        });
    }

    /** With dropout, which must be the same when a block's activations are computed again. */
    @Test
    void checkpointedBlocksGiveTheSameStep() throws Exception {
        Map<String, double[]> expected = new LinkedHashMap<>();
        List<double[]> plain = new ArrayList<>();
        String[] dropout = {"model.attentionDropout=0.2", "model.projectionDropout=0.2"};
        with(config(dropout), (stage, mar) -> {
            plain.addAll(steps(stage, 1, 3));
            expected.putAll(weights(mar));
        });
        with(config(dropout[0], dropout[1], "training.checkpointing=true"), (stage, mar) -> {
            List<double[]> again = steps(stage, 1, 3);
            for (int i = 0; i < 3; i++) {
                assertThat(again.get(i)).containsExactly(plain.get(i), within(1e-5));
            }
            requireSame(weights(mar), expected, 2e-5);
        });
    }

    @Test
    void theGradientNormIsThatBeforeClipping() throws Exception {
        List<double[]> clipped = new ArrayList<>();
        with(config("training.clip=0.001"), (stage, mar) -> clipped.addAll(steps(stage, 1, 1)));
        with(config("training.clip=0"), (stage, mar) -> assertThat(steps(stage, 1, 1).get(0))
                .isEqualTo(clipped.get(0)));
        assertThat(clipped.get(0)[1]).isGreaterThan(0.01);
    }

    /**
     * A fresh head gives 0, so the first loss is E[noise^2] + E[x^2] of the draws. Latents have mean square 0.25 + 2/3
     * and the scaling is 2: 1 + 3.67. The rate of the first step is 0, so that it changes nothing.
     */
    @Test
    void theFirstStepOnlyMeasures() throws Exception {
        with(config("training.batch=96"), (stage, mar) -> {
            Map<String, double[]> before = weights(mar);
            double[] first = steps(stage, 1, 1).get(0);
            assertThat(first[0]).isCloseTo(1 + 4 * (0.25 + 2 / 3.0), within(0.5));
            assertThat(first[2]).isBetween(0.7, 1.0);
            assertThat(first[4]).isCloseTo(2 * Math.sqrt(0.25 + 2 / 3.0), within(0.2));
            requireSame(weights(mar), before, 0);
            steps(stage, 2, 2);
            assertThat(weights(mar).get("diffloss.net.final_layer.linear.weight"))
                    .isNotEqualTo(before.get("diffloss.net.final_layer.linear.weight"));
        });
    }

    @Test
    void stepsAndEvaluationsLeaveNoTensorsBehind() throws Exception {
        long before = Memory.liveTensors();
        with(config("training.accumulation=2"), (stage, mar) -> {
            steps(stage, 1, 10);
            long after = Memory.liveTensors();
            steps(stage, 11, 20);
            assertThat(Memory.liveTensors()).isEqualTo(after);
            stage.evaluation();
            stage.evaluation();
            assertThat(Memory.liveTensors()).isEqualTo(after);
        });
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void evaluationIsTheSameEachTimeAndChangesNothing() throws Exception {
        MarTrainingConfig config = config("model.attentionDropout=0.2");
        with(config, (stage, mar) -> {
            steps(stage, 1, 3);
            Map<String, double[]> weights = weights(mar);
            Map<String, Double> first = stage.evaluation();
            assertThat(stage.evaluation()).isEqualTo(first);
            assertThat(first).containsOnlyKeys("heldOutLoss");
            requireSame(weights(mar), weights, 0);
            assertThat(stage.evaluate(39)).isEmpty();
            assertThat(stage.evaluate(40)).isEqualTo(first);
            List<double[]> next = steps(stage, 4, 4);
            with(config, (other, otherMar) -> assertThat(steps(other, 1, 4).get(3)).isEqualTo(next.get(0)));
        });
    }

    @Test
    void anotherSeedDrawsOthers() throws Exception {
        List<double[]> one = new ArrayList<>();
        with(config(), (stage, mar) -> one.addAll(steps(stage, 1, 1)));
        with(config("seed=1"), (stage, mar) -> assertThat(steps(stage, 1, 1).get(0)).isNotEqualTo(one.get(0)));
    }

    @Test
    void bfloat16ComputesNearlyTheSame() throws Exception {
        List<double[]> exact = new ArrayList<>();
        with(config(), (stage, mar) -> exact.addAll(steps(stage, 1, 5)));
        with(config("precision=bf16"), (stage, mar) -> {
            double[] last = steps(stage, 1, 5).get(4);
            assertThat(last[0]).isNotEqualTo(exact.get(4)[0]).isCloseTo(exact.get(4)[0], within(0.05));
            assertThat(mar.parameters()).extracting(Tensor::dtype).containsOnly(DType.FLOAT32);
        });
    }

    /** The latents are the class's mean, -2, 0 or 2, with deviation 1; an untrained head has a loss of 1 + 3.67. */
    @Test
    void learnsWhatTheClassesTell() throws Exception {
        with(config("training.steps=100", "training.learningRate=0.01", "training.ema=0.9", "model.encoderDepth=1",
                "model.decoderDepth=1", "model.head.width=32", "model.head.multiplicity=4"), (stage, mar) -> {
                    double first = stage.evaluation().get("heldOutLoss");
                    steps(stage, 1, 100);
                    assertThat(stage.evaluation().get("heldOutLoss")).isLessThan(0.55 * first);
                });
    }
}
