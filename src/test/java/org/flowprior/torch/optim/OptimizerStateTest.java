package org.flowprior.torch.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.StateDictException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class OptimizerStateTest {

    private static final AdamOptions ADAM = AdamOptions.ADAM.withLearningRate(0.1);

    private static List<Tensor> parameters() {
        return List.of(Tensor.of(new float[] {1, 2, 3}, 3).requiresGrad_(true),
                Tensor.of(new float[] {-1, 0.5f}, 2, 1).requiresGrad_(true),
                Tensor.of(new float[] {4}, 1).requiresGrad_(true));
    }

    /** Steps whose gradients depend on the step and the parameters; the last parameter never has one. */
    private static void steps(Optimizer optimizer, List<Tensor> parameters, int from, int to) {
        for (int step = from; step < to; step++) {
            try (Scope scope = Scope.open()) {
                for (Tensor p : parameters.subList(0, 2)) {
                    p.setGrad(p.detach().add(Math.sin(step)));
                }
                optimizer.step();
            }
        }
    }

    static Stream<Arguments> optimizersAndForms() {
        Map<String, Function<List<Tensor>, Optimizer>> optimizers = new LinkedHashMap<>();
        optimizers.put("Adam", p -> new Adam(p, ADAM));
        optimizers.put("AMSGrad", p -> new Adam(p, ADAM.withAmsgrad(true)));
        optimizers.put("AdamW in groups", p -> AdamW.ofGroups(List.of(new ParameterGroup(List.of(p.get(1)), 0.1, 0),
                new ParameterGroup(List.of(p.get(2), p.get(0)), 0.01, 0.3)), AdamOptions.ADAMW));
        optimizers.put("SGD", p -> new Sgd(p, Sgd.Options.DEFAULT.withWeightDecay(0.1)));
        optimizers.put("SGD with momentum", p -> new Sgd(p, Sgd.Options.DEFAULT.withMomentum(0.9).withNesterov(true)));
        Map<String, UnaryOperator<OptimizerState>> forms = Map.of(
                "as it is", s -> s,
                "tree", s -> OptimizerState.ofTree(s.toTree()),
                "tensors", s -> OptimizerState.ofTensors(s.toTensors()));
        return optimizers.entrySet().stream().flatMap(o -> forms.entrySet().stream()
                .map(f -> Arguments.of(o.getKey() + ", " + f.getKey(), o.getValue(), f.getValue())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("optimizersAndForms")
    void resumedTrainingEqualsUninterruptedTraining(String name, Function<List<Tensor>, Optimizer> make,
            UnaryOperator<OptimizerState> form) {
        try (Scope scope = Scope.open()) {
            List<Tensor> uninterrupted = parameters();
            List<Tensor> resumed = parameters();
            try (Optimizer first = make.apply(uninterrupted); Optimizer second = make.apply(resumed)) {
                steps(first, uninterrupted, 0, 5);
                first.setLearningRate(0.03);
                steps(second, resumed, 0, 2);
                for (int i = 0; i < 3; i++) {
                    resumed.get(i).detach().copy_(uninterrupted.get(i).detach());
                }
                second.loadStateDict(form.apply(first.stateDict()));
                assertThat(second.learningRate()).isEqualTo(0.03);
                steps(first, uninterrupted, 5, 10);
                steps(second, resumed, 5, 10);
                for (int i = 0; i < 3; i++) {
                    assertThat(resumed.get(i).toFloatArray()).isEqualTo(uninterrupted.get(i).toFloatArray());
                }
            }
        }
    }

    @Test
    void theLayoutIsPyTorchs() {
        // s = torch.optim.AdamW(...).state_dict(); s["state"][0].keys(); s["param_groups"][0].keys()
        try (Scope scope = Scope.open()) {
            List<Tensor> parameters = parameters();
            try (AdamW optimizer = new AdamW(parameters)) {
                steps(optimizer, parameters, 0, 3);
                Map<String, Object> tree = optimizer.stateDict().toTree();
                assertThat(tree.keySet()).containsExactly("state", "param_groups");
                Map<?, ?> state = (Map<?, ?>) tree.get("state");
                assertThat(new ArrayList<Object>(state.keySet())).containsExactly(0L, 1L);
                Map<?, ?> one = (Map<?, ?>) state.get(1L);
                assertThat(new ArrayList<Object>(one.keySet())).containsExactly("step", "exp_avg", "exp_avg_sq");
                Tensor step = (Tensor) one.get("step");
                assertThat(step.item()).isEqualTo(3);
                assertThat(step.dtype()).isEqualTo(DType.FLOAT32);
                assertThat(step.dim()).isZero();
                Map<?, ?> group = (Map<?, ?>) ((List<?>) tree.get("param_groups")).get(0);
                assertThat(new ArrayList<Object>(group.keySet())).containsExactly("lr", "betas", "eps", "weight_decay",
                        "amsgrad", "maximize", "foreach", "capturable", "differentiable", "fused",
                        "decoupled_weight_decay", "params");
                assertThat(group.get("betas")).isEqualTo(List.of(0.9, 0.999));
                assertThat(group.get("params")).isEqualTo(List.of(0L, 1L, 2L));
                assertThat(optimizer.stateDict().toTensors().keySet()).contains("state.1.exp_avg", "param_groups.0.lr",
                        "param_groups.0.params").doesNotContain("param_groups.0.foreach");
            }
        }
    }

    @Test
    void readsTheStateOfOlderPyTorch() {
        try (Scope scope = Scope.open(); Adam optimizer = new Adam(List.of(parameters().get(0)))) {
            Map<String, Object> one = Map.of("step", 7L, "exp_avg", Torch.ones(3),
                    "exp_avg_sq", Torch.ones(new long[] {3}, DType.FLOAT64));
            Map<String, Object> group = Map.of("lr", 0.5, "betas", List.of(0.8, 0.9), "eps", 1e-6, "weight_decay", 0L,
                    "params", List.of(140L));
            optimizer.loadStateDict(OptimizerState.ofTree(Map.of("state", Map.of(140L, one), "param_groups",
                    List.of(group))));
            Map<String, Tensor> state = optimizer.stateDict().state().get(0);
            assertThat(state.get("step").item()).isEqualTo(7);
            assertThat(state.get("step").dtype()).isEqualTo(DType.FLOAT32);
            assertThat(state.get("exp_avg_sq").dtype()).isEqualTo(DType.FLOAT32);
            assertThat(optimizer.learningRate()).isEqualTo(0.5);
        }
    }

    @Test
    void reportsWhatDoesNotFitAndChangesNothing() {
        try (Scope scope = Scope.open()) {
            List<Tensor> parameters = parameters();
            try (Adam optimizer = new Adam(parameters, ADAM); AdamW decoupled = new AdamW(parameters);
                    Adam smaller = new Adam(parameters.subList(0, 2))) {
                steps(optimizer, parameters, 0, 2);
                OptimizerState good = optimizer.stateDict();
                good.state().get(0).put("exp_avg", Torch.zeros(4));
                good.state().get(0).put("other", Torch.zeros(1));
                good.state().get(1).remove("exp_avg_sq");
                assertThatThrownBy(() -> optimizer.loadStateDict(good)).isInstanceOf(StateDictException.class)
                        .hasMessage("the state does not fit Adam: 1 missing (state.1.exp_avg_sq); 1 unexpected "
                                + "(state.0.other); 1 of another shape (state.0.exp_avg [4] instead of [3])");
                assertThat(optimizer.stateDict().state().get(0).get("exp_avg").isOpen()).isTrue();
                assertThatThrownBy(() -> decoupled.loadStateDict(optimizer.stateDict()))
                        .hasMessage("this is the state of Adam, not of AdamW");
                assertThatThrownBy(() -> smaller.loadStateDict(optimizer.stateDict()))
                        .hasMessageContaining("groups have [3] parameters instead of [2]");
                OptimizerState poor = optimizer.stateDict();
                poor.parameterGroups().get(0).put("eps", "small");
                assertThatThrownBy(() -> optimizer.loadStateDict(poor)).hasMessageContaining("'eps' must be a number");
            }
        }
    }

    @Test
    void refusesWhatIsNoState() {
        try (Scope scope = Scope.open()) {
            assertThatThrownBy(() -> OptimizerState.ofTree(List.of())).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> OptimizerState.ofTree(Map.of("state", Map.of("a", 1), "param_groups", List.of())))
                    .hasMessageContaining("'a'");
            assertThatThrownBy(() -> OptimizerState.ofTensors(Map.of("state.x.exp_avg", Torch.zeros(1))))
                    .hasMessageContaining("'state.x.exp_avg'");
        }
    }
}
