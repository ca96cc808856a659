package org.flowprior.torch.optim;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.OracleFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Three hundred steps beside PyTorch's default implementations, within 1e-6; see tools/oracle/optim.py. */
class TrajectoriesTest {

    private static final JsonObject ORACLE = OracleFile.read(TrajectoriesTest.class, "trajectories.json");
    private static final double BOUND = 1e-6;
    /** PyTorch's default and fused kernels round beta2 differently, and differ from each other by 1.5e-6 here. */
    private static final double STATE_BOUND = 3e-6;
    private static final int STEPS = 300;
    private static final List<long[]> SHAPES = List.of(new long[] {6, 4}, new long[] {6}, new long[] {1, 6},
            new long[] {1});

    private static final AdamOptions ADAM = AdamOptions.ADAM.withLearningRate(1e-2);
    private static final AdamOptions ADAMW = AdamOptions.ADAMW.withLearningRate(1e-2);
    private static final Sgd.Options SGD = Sgd.Options.DEFAULT.withLearningRate(1e-2);
    private static final Map<String, Run> RUNS = new LinkedHashMap<>();

    static {
        RUNS.put("adam", Run.of(p -> new Adam(p, ADAM)));
        RUNS.put("adam-betas-eps", Run.of(p -> new Adam(p, ADAM.withBetas(0.8, 0.95).withEps(1e-6))));
        RUNS.put("adam-weight-decay", Run.of(p -> new Adam(p, ADAM.withWeightDecay(0.05))));
        RUNS.put("adam-amsgrad", Run.of(p -> new Adam(p, ADAM.withAmsgrad(true))));
        RUNS.put("adam-maximize", Run.of(p -> new Adam(p, ADAM.withMaximize(true))).ofNegatedLoss());
        RUNS.put("adam-late", Run.of(p -> new Adam(p, ADAM)).startingLate());
        RUNS.put("adamw", Run.of(p -> new AdamW(p, ADAMW)));
        RUNS.put("adamw-amsgrad-maximize", Run.of(
                p -> new AdamW(p, ADAMW.withWeightDecay(0.1).withAmsgrad(true).withMaximize(true))).ofNegatedLoss());
        RUNS.put("adamw-groups", Run.of(p -> AdamW.ofGroups(groups(p, 1e-2), ADAMW)));
        RUNS.put("sgd", Run.of(p -> new Sgd(p, SGD.withLearningRate(5e-2))));
        RUNS.put("sgd-weight-decay", Run.of(p -> new Sgd(p, SGD.withLearningRate(5e-2).withWeightDecay(0.02))));
        RUNS.put("sgd-momentum-dampening", Run.of(
                p -> new Sgd(p, SGD.withLearningRate(2e-2).withMomentum(0.9).withDampening(0.3))));
        RUNS.put("sgd-nesterov", Run.of(
                p -> new Sgd(p, SGD.withMomentum(0.9).withNesterov(true).withWeightDecay(0.01))));
        RUNS.put("sgd-maximize", Run.of(p -> new Sgd(p, SGD.withMomentum(0.9).withMaximize(true))).ofNegatedLoss());
        RUNS.put("sgd-late", Run.of(p -> new Sgd(p, SGD.withMomentum(0.9).withDampening(0.5))).startingLate());
        RUNS.put("sgd-groups", Run.of(p -> Sgd.ofGroups(groups(p, 1e-2), SGD.withMomentum(0.9))));
        RUNS.put("clip-norm", Run.of(p -> new Sgd(p, SGD.withLearningRate(5e-2).withMomentum(0.9))).clippedTo(0.25));
        RUNS.put("clip-value", Run.of(p -> new Sgd(p, SGD.withLearningRate(5e-2).withMomentum(0.9)))
                .withValuesClippedTo(0.03));
        RUNS.put("ema", Run.of(p -> new Adam(p, ADAM)).averaged(0.98));
        RUNS.put("cosine-annealing", Run.of(p -> new Adam(p, ADAM))
                .scheduled(LearningRateSchedule.cosineWithWarmup(0, 1e-2, 1e-4, 0, 400)));
        RUNS.put("constant-with-warmup", Run.of(p -> new AdamW(p, ADAMW))
                .scheduled(LearningRateSchedule.constantWithWarmup(1e-2, 100)));
        RUNS.put("cosine-with-warmup", Run.of(p -> new Adam(p, ADAM))
                .scheduled(LearningRateSchedule.cosineWithWarmup(1e-5, 1e-2, 1e-3, 30, 250)));
        RUNS.put("cosine-after-warmup", Run.of(p -> new AdamW(p, ADAMW))
                .scheduled(LearningRateSchedule.cosineAfterWarmup(1e-2, 1e-3, 50, 300)));
        RUNS.put("all-together", Run.of(p -> AdamW.ofGroups(groups(p, 1e-2), ADAMW.withBetas(0.9, 0.95)))
                .clippedTo(0.25).averaged(0.9999));
    }

    /** What differs between the cases. */
    private record Run(Function<List<Tensor>, Optimizer> optimizer, boolean negated, boolean lateStart, double maxNorm,
            double maxValue, double decay, LearningRateSchedule schedule) {

        static Run of(Function<List<Tensor>, Optimizer> optimizer) {
            return new Run(optimizer, false, false, 0, 0, 0, null);
        }

        Run ofNegatedLoss() {
            return new Run(optimizer, true, lateStart, maxNorm, maxValue, decay, schedule);
        }

        Run startingLate() {
            return new Run(optimizer, negated, true, maxNorm, maxValue, decay, schedule);
        }

        Run clippedTo(double norm) {
            return new Run(optimizer, negated, lateStart, norm, maxValue, decay, schedule);
        }

        Run withValuesClippedTo(double value) {
            return new Run(optimizer, negated, lateStart, maxNorm, value, decay, schedule);
        }

        Run averaged(double by) {
            return new Run(optimizer, negated, lateStart, maxNorm, maxValue, by, schedule);
        }

        Run scheduled(LearningRateSchedule by) {
            return new Run(optimizer, negated, lateStart, maxNorm, maxValue, decay, by);
        }
    }

    private static List<ParameterGroup> groups(List<Tensor> p, double learningRate) {
        return List.of(new ParameterGroup(List.of(p.get(1), p.get(3)), learningRate, 0),
                new ParameterGroup(List.of(p.get(0), p.get(2)), 3e-3, 0.2));
    }

    static Set<String> names() {
        return ORACLE.getAsJsonObject("cases").keySet();
    }

    @Test
    void everyRunIsRecorded() {
        assertThat(RUNS.keySet()).isEqualTo(names());
    }

    @ParameterizedTest
    @MethodSource("names")
    void followsPyTorch(String name) {
        Run run = RUNS.get(name);
        JsonObject expected = ORACLE.getAsJsonObject("cases").getAsJsonObject(name);
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> named = parameters();
            List<Tensor> parameters = List.copyOf(named.values());
            try (Optimizer optimizer = run.optimizer.apply(parameters); Ema ema = new Ema(named, run.decay)) {
                for (int step = 0; step < STEPS; step++) {
                    try (Scope inner = Scope.open()) {
                        Tensor loss = loss(parameters, step, run.lateStart);
                        optimizer.zeroGrad();
                        (run.negated ? loss.neg() : loss).backward();
                        step(run, optimizer, parameters, step, expected);
                        ema.update();
                        compare(parameters, expected.getAsJsonObject("parameters"), step + 1);
                        if (run.decay > 0) {
                            List<Tensor> averages = List.copyOf(ema.stateDict().values());
                            compare(averages, expected.getAsJsonObject("averages"), step + 1);
                        }
                    }
                }
                compareState(optimizer, expected.getAsJsonObject("state"));
            }
        }
    }

    private static Map<String, Tensor> parameters() {
        Map<String, Tensor> parameters = new LinkedHashMap<>();
        for (int i = 0; i < SHAPES.size(); i++) {
            float[] initial = OracleFile.floats(ORACLE.getAsJsonArray("initial").get(i));
            parameters.put("p" + i, Tensor.of(initial, SHAPES.get(i)).requiresGrad_(true));
        }
        return parameters;
    }

    private static Tensor loss(List<Tensor> parameters, int step, boolean lateStart) {
        Tensor loss = Torch.zeros();
        for (int i = 0; i < parameters.size(); i++) {
            if (i == 3 && lateStart && step < 20) {
                continue;
            }
            Tensor p = parameters.get(i);
            float[] target = new float[(int) p.numel()];
            for (int j = 0; j < target.length; j++) {
                target[j] = (float) (1 + Math.sin(0.37 * step + 0.9 * j + i));
            }
            loss = loss.add(Tensor.of(target, SHAPES.get(i)).add(p.mul(0.5)).mul(p).sum());
        }
        return loss;
    }

    private static void step(Run run, Optimizer optimizer, List<Tensor> parameters, int step, JsonObject expected) {
        if (run.maxNorm > 0) {
            Tensor norm = GradientClipping.clipNorm(parameters, run.maxNorm);
            double wanted = expected.getAsJsonArray("norms").get(step).getAsDouble();
            assertThat(Math.abs(norm.item() - wanted) / wanted).as("norm of step " + step).isLessThan(BOUND);
        }
        if (run.maxValue > 0) {
            GradientClipping.clipValue(parameters, run.maxValue);
        }
        if (run.schedule != null) {
            optimizer.setLearningRate(run.schedule.at(step));
        }
        optimizer.step();
    }

    private static void compare(List<Tensor> tensors, JsonObject recorded, int step) {
        if (recorded.has(Integer.toString(step))) {
            float[] actual = Torch.cat(tensors.stream().map(t -> t.detach().flatten()).toList(), 0)
                    .toFloatArray();
            double error = OracleFile.relativeError(actual, OracleFile.numbers(recorded.get(Integer.toString(step))));
            assertThat(error).as("after step " + step).isLessThan(BOUND);
        }
    }

    private static void compareState(Optimizer optimizer, JsonObject recorded) {
        Map<String, Tensor> actual = new LinkedHashMap<>();
        optimizer.stateDict().state()
                .forEach((number, one) -> one.forEach((name, tensor) -> actual.put(number + "." + name, tensor)));
        assertThat(actual.keySet()).containsExactlyInAnyOrderElementsOf(
                recorded.keySet());
        actual.forEach((key, tensor) -> assertThat(OracleFile.relativeError(tensor.toFloatArray(),
                OracleFile.numbers(recorded.get(key)))).as(key).isLessThan(STATE_BOUND));
    }
}
