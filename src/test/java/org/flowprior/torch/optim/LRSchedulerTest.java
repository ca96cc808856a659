package org.flowprior.torch.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.flowprior.fixtures.Recorded;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rates of thirty steps beside PyTorch's; see tools/oracle/optim_steps.py. */
@InScope
class LRSchedulerTest {

    private static final JsonObject RATES = Resources.json("torch/optim/steps.json").getAsJsonObject("rates");
    private static final Map<String, Function<Optimizer, LRScheduler>> SCHEDULERS = new LinkedHashMap<>();

    static {
        SCHEDULERS.put("step", o -> new StepLR(o, 7, 0.5));
        SCHEDULERS.put("multi-step", o -> new MultiStepLR(o, List.of(3L, 8L, 8L, 21L), 0.3));
        SCHEDULERS.put("exponential", o -> new ExponentialLR(o, 0.9));
        SCHEDULERS.put("cosine-annealing", o -> new CosineAnnealingLR(o, 12, 1e-3));
        SCHEDULERS.put("linear", o -> new LinearLR(o, 0.25, 0.8, 10));
        SCHEDULERS.put("lambda", o -> new LambdaLR(o, n -> 1.0 / (1 + n)));
        SCHEDULERS.put("one-cycle", o -> new OneCycleLR(o, 0.4, 30));
        SCHEDULERS.put("one-cycle-linear",
                o -> new OneCycleLR(o, 0.4, 30, 0.2, "linear", true, 0.85, 0.95, 10, 100));
    }

    private static Sgd sgd() {
        return new Sgd(List.of(Torch.zeros(1).requiresGrad_(true)), 0.1);
    }

    static Set<String> names() {
        return SCHEDULERS.keySet();
    }

    private static double[] expected(String name) {
        return Recorded.numbers(RATES.get(name));
    }

    private static double[] rates(Optimizer optimizer, Runnable step, int steps) {
        double[] rates = new double[steps];
        for (int n = 0; n < steps; n++) {
            rates[n] = optimizer.learningRate();
            step.run();
        }
        return rates;
    }

    @ParameterizedTest
    @MethodSource("names")
    void followsPyTorch(String name) {
        try (Sgd optimizer = sgd()) {
            LRScheduler scheduler = SCHEDULERS.get(name).apply(optimizer);
            double[] actual = rates(optimizer, scheduler::step, 30);
            for (int n = 0; n < 30; n++) {
                double wanted = expected(name)[n];
                assertThat(Math.abs(actual[n] - wanted)).as("step " + n).isLessThanOrEqualTo(1e-12 * wanted);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void goesOnFromItsState(String name) {
        try (Sgd first = sgd(); Sgd second = sgd()) {
            LRScheduler before = SCHEDULERS.get(name).apply(first);
            rates(first, before::step, 12);
            LRScheduler after = SCHEDULERS.get(name).apply(second);
            second.loadStateDict(first.stateDict());
            after.loadStateDict(before.stateDict());
            assertThat(rates(second, after::step, 18)).isEqualTo(rates(first, before::step, 18));
        }
    }

    @Test
    void aPlateauLowersTheRate() {
        try (Sgd optimizer = sgd()) {
            ReduceLROnPlateau scheduler = new ReduceLROnPlateau(optimizer, "min", 0.5, 2, 1e-4, 1, 2e-2);
            List<Double> rates = new ArrayList<>();
            for (int n = 0; n < 30; n++) {
                rates.add(optimizer.learningRate());
                scheduler.step(1.0 / (1 + Math.min(n, 4)));
            }
            Recorded.assertClose("plateau", rates.stream().mapToDouble(Double::doubleValue).toArray(),
                    expected("plateau"), 1e-12);
        }
    }

    @Test
    void groupsKeepTheirOwnRatesAndTheCycleMovesTheBetas() {
        Tensor a = Torch.zeros(1).requiresGrad_(true);
        Tensor b = Torch.zeros(1).requiresGrad_(true);
        List<ParameterGroup> groups = List.of(new ParameterGroup(List.of(a), 0.1, 0),
                new ParameterGroup(List.of(b), 0.4, 0));
        try (Adam optimizer = Adam.ofGroups(groups, AdamOptions.ADAM)) {
            LRScheduler scheduler = new StepLR(optimizer, 1, 0.5);
            scheduler.step();
            assertThat(scheduler.getLastLr()).containsExactly(0.05, 0.2);
            new OneCycleLR(optimizer, 1, 10);
            assertThat(optimizer.options(1).number("betas", 0)).isEqualTo(0.95);
            assertThat(optimizer.options(1).number("betas", 1)).isEqualTo(0.999);
        }
    }

    @Test
    void refusesWhatMakesNoSense() {
        try (Sgd optimizer = sgd(); Adagrad plain = new Adagrad(List.of(Torch.zeros(1).requiresGrad_(true)))) {
            assertThatThrownBy(() -> new StepLR(optimizer, 0)).hasMessageContaining("stepSize");
            assertThatThrownBy(() -> new CosineAnnealingLR(optimizer, 0)).hasMessageContaining("tMax");
            assertThatThrownBy(() -> new LinearLR(optimizer, 0, 1, 5)).hasMessageContaining("factors");
            assertThatThrownBy(() -> new OneCycleLR(optimizer, 1, 0)).hasMessageContaining("totalSteps");
            assertThatThrownBy(() -> new OneCycleLR(plain, 1, 10)).hasMessageContaining("Adagrad has neither");
            assertThatThrownBy(() -> new ReduceLROnPlateau(optimizer, "min", 1, 1, 0, 0, 0))
                    .hasMessageContaining("factor");
            LRScheduler scheduler = new OneCycleLR(optimizer, 1, 2);
            scheduler.step();
            scheduler.step();
            assertThatThrownBy(scheduler::step).hasMessageContaining("2 steps, not 3");
            assertThatThrownBy(() -> scheduler.loadStateDict(Map.of("last_epoch", 1L)))
                    .hasMessageContaining("base_lrs");
        }
    }
}
