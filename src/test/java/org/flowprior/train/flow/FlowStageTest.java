package org.flowprior.train.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.console.Console;
import org.flowprior.fixtures.Banks;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowStageTest {

    @TempDir
    private static Path directory;
    private static Path bank;

    @BeforeAll
    static void writeBank() {
        bank = Banks.normal(directory.resolve("bank"), 400, 6, 1);
    }

    private static FlowTrainingConfig config(String... settings) {
        List<String> all = new ArrayList<>(List.of("data.bank=" + bank, "projection.dimension=3", "network.width=16",
                "network.blocks=1", "training.steps=40", "training.warmupSteps=4", "training.batch=32",
                "evaluation.rows=50", "evaluation.references=100", "evaluation.sampleSteps=3",
                "evaluation.projections=4", "evaluation.every=0"));
        all.addAll(List.of(settings));
        return FlowTrainingConfig.loader().load("quick", all);
    }

    /** Something with the stage of that config. */
    private interface Use {
        void of(FlowStage stage) throws Exception;
    }

    private static void with(FlowTrainingConfig config, Use use) throws Exception {
        try (FlowData data = FlowData.open(config)) {
            data.prepare(directory.resolve(config.projection().kind() + ".safetensors"), Console.silent());
            try (FlowStage stage = new FlowStage(config, data)) {
                use.of(stage);
            }
        }
    }

    private static Map<String, double[]> weights(FlowStage stage) {
        Map<String, double[]> weights = new LinkedHashMap<>();
        stage.model().network().namedParameters().forEach((name, weight) -> weights.put(name, weight.toDoubleArray()));
        return weights;
    }

    private static List<double[]> steps(FlowStage stage, int first, int last) {
        List<double[]> metrics = new ArrayList<>();
        for (int step = first; step <= last; step++) {
            try (Scope scope = Scope.open()) {
                metrics.add(stage.step(step).toDoubleArray());
            }
        }
        return metrics;
    }

    @Test
    void microBatchesAddUpToTheBatch() throws Exception {
        List<double[]> whole = new ArrayList<>();
        Map<String, double[]> expected = new LinkedHashMap<>();
        with(config(), stage -> {
            whole.addAll(steps(stage, 1, 3));
            expected.putAll(weights(stage));
        });
        with(config("training.accumulation=4"), stage -> {
            List<double[]> parts = steps(stage, 1, 3);
            for (int i = 0; i < 3; i++) {
                assertThat(parts.get(i)).containsExactly(whole.get(i), within(1e-5));
            }
            weights(stage).forEach((name, values) -> assertThat(values).as(name).containsExactly(expected.get(name),
                    within(2e-5)));
        });
    }

    @Test
    void theGradientNormIsThatBeforeClipping() throws Exception {
        List<double[]> clipped = new ArrayList<>();
        with(config("training.clip=0.001"), stage -> clipped.addAll(steps(stage, 1, 1)));
        with(config("training.clip=0"), stage -> assertThat(steps(stage, 1, 1).get(0)).isEqualTo(clipped.get(0)));
        assertThat(clipped.get(0)[1]).isGreaterThan(0.1);
    }

    /** A fresh network gives 0, so the first loss is E[n^2] + E[y^2] of draws: its standard error is 0.1. */
    @Test
    void theFirstLossIsThatOfNoVelocity() throws Exception {
        with(config("training.batch=256"), stage -> {
            double[] first = steps(stage, 1, 1).get(0);
            assertThat(first[0]).isCloseTo(2, within(0.3));
            assertThat(first[2]).isCloseTo(Math.sqrt(3) * 0.92, within(0.15)); // mean of a chi with 3 degrees: 1.596
        });
    }

    @Test
    void stepsAndEvaluationsLeaveNoTensorsBehind() throws Exception {
        long before = Memory.liveTensors();
        with(config("training.accumulation=2"), stage -> {
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
        with(config(), stage -> {
            steps(stage, 1, 3);
            Map<String, double[]> weights = weights(stage);
            Map<String, Double> first = stage.evaluation();
            assertThat(stage.evaluation()).isEqualTo(first);
            assertThat(first).containsOnlyKeys("heldOutLoss", "slicedWasserstein", "logRadius", "dataSlicedWasserstein",
                    "dataLogRadius");
            weights(stage).forEach((name, values) -> assertThat(values).isEqualTo(weights.get(name)));
            assertThat(stage.evaluate(39)).isEmpty();
            assertThat(stage.evaluate(40)).isEqualTo(first);
            List<double[]> next = steps(stage, 4, 4);
            with(config(), other -> assertThat(steps(other, 1, 4).get(3)).isEqualTo(next.get(0)));
        });
    }

    @Test
    void anotherSeedDrawsOthers() throws Exception {
        List<double[]> one = new ArrayList<>();
        with(config(), stage -> one.addAll(steps(stage, 1, 1)));
        with(config("seed=1"), stage -> assertThat(steps(stage, 1, 1).get(0)).isNotEqualTo(one.get(0)));
    }

    @Test
    void bfloat16ComputesNearlyTheSame() throws Exception {
        List<double[]> exact = new ArrayList<>();
        with(config(), stage -> exact.addAll(steps(stage, 1, 5)));
        with(config("precision=bf16"), stage -> {
            double[] last = steps(stage, 1, 5).get(4);
            assertThat(last[0]).isNotEqualTo(exact.get(4)[0]).isCloseTo(exact.get(4)[0], within(0.02));
            try (Scope scope = Scope.open()) {
                assertThat(stage.model().network().parameters()).extracting(Tensor::dtype)
                        .containsOnly(org.flowprior.torch.DType.FLOAT32);
            }
        });
    }
}
