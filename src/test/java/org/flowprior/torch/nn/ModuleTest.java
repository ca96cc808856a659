package org.flowprior.torch.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.ClosedException;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

class ModuleTest {

    /** A parameter and buffers of its own, a child, and a child whose weight is tied to the first's. */
    private static final class Net extends Module {
        private final Linear in = register("in", new Linear(3, 3));
        private final Tensor scale = registerParameter("scale", Torch.ones(3));
        private final Tensor table = registerBuffer("table", Torch.zeros(new long[] {2}, DType.INT64), true);
        private final Tensor cache = registerBuffer("cache", Torch.zeros(4), false);
        private final Tied out = register("out", new Tied(in));
    }

    private static final class Tied extends Module {
        Tied(Linear other) {
            registerParameter("weight", other.weight().share());
            register("norm", new BatchNorm2d(3));
        }
    }

    @Test
    void stateDictHasPyTorchsOrder() {
        try (Scope scope = Scope.open(); Net net = new Net()) {
            // list(net.state_dict()) of the same module in PyTorch
            assertThat(net.stateDict().keySet()).containsExactly("scale", "table", "in.weight", "in.bias", "out.weight",
                    "out.norm.weight", "out.norm.bias", "out.norm.running_mean", "out.norm.running_var",
                    "out.norm.num_batches_tracked");
        }
    }

    @Test
    void tiedParametersCountOnceAndAreStoredTwice() {
        try (Scope scope = Scope.open(); Net net = new Net()) {
            assertThat(net.namedParameters().keySet()).containsExactly("scale", "in.weight", "in.bias",
                    "out.norm.weight", "out.norm.bias");
            assertThat(net.parameters()).hasSize(5);
            assertThat(net.parameterCount()).isEqualTo(3 + 9 + 3 + 3 + 3);
            Map<String, Tensor> state = net.stateDict();
            assertThat(state.get("in.weight").isSame(state.get("out.weight"))).isTrue();
        }
    }

    @Test
    void modulesAndBuffersHaveTheirPaths() {
        try (Scope scope = Scope.open(); Net net = new Net()) {
            assertThat(net.namedModules().keySet()).containsExactly("", "in", "out", "out.norm");
            assertThat(net.namedModules().get("in")).isSameAs(net.in);
            assertThat(net.namedBuffers().keySet()).containsExactly("table", "cache", "out.norm.running_mean",
                    "out.norm.running_var", "out.norm.num_batches_tracked");
        }
    }

    @Test
    void namesMustBeFreeAndWithoutDots() {
        class Named extends Module {
            Named(String first, String second) {
                register(first, new Identity());
                register(second, new Identity());
            }
        }
        try (Scope scope = Scope.open()) {
            assertThatThrownBy(() -> new Named("a", "a")).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Named has a part named 'a' already");
            assertThatThrownBy(() -> new Named("a.b", "c")).hasMessageContaining("no dot");
            assertThatThrownBy(() -> new Named("", "c")).hasMessageContaining("not empty");
        }
    }

    @Test
    void theResultOfARecordedOpIsNoParameter() {
        class Holder extends Module {
            Holder(Tensor value) {
                registerParameter("value", value);
            }
        }
        try (Scope scope = Scope.open()) {
            Tensor result = Torch.ones(2).requiresGrad_(true).mul(2);
            assertThatThrownBy(() -> new Holder(result)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'value'").hasMessageContaining("detach()");
        }
    }

    @Test
    void trainingModeReachesEveryModule() {
        try (Scope scope = Scope.open(); Net net = new Net()) {
            net.eval();
            assertThat(net.namedModules().values()).noneMatch(Module::isTraining);
            net.train();
            assertThat(net.namedModules().values()).allMatch(Module::isTraining);
        }
    }

    @Test
    void castingKeepsIdentityAndGradientsAndLeavesIntegersAlone() {
        try (Scope scope = Scope.open(); Net net = new Net()) {
            Map<String, Tensor> before = new LinkedHashMap<>(net.stateDict());
            List<Long> identities = before.values().stream().map(Tensor::identity).toList();
            net.in.forward(Torch.ones(2, 3)).sum().backward();
            assertThat(net.to(DType.FLOAT64)).isSameAs(net);
            assertThat(net.stateDict().values()).map(Tensor::identity).isEqualTo(identities);
            assertThat(net.in.weight().dtype()).isEqualTo(DType.FLOAT64);
            assertThat(net.in.weight().grad().dtype()).isEqualTo(DType.FLOAT64);
            assertThat(net.in.weight().grad().toFloatArray()).containsOnly(2f);
            assertThat(net.cache.dtype()).isEqualTo(DType.FLOAT64);
            assertThat(net.table.dtype()).isEqualTo(DType.INT64);
            assertThat(net.stateDict().get("out.norm.num_batches_tracked").dtype()).isEqualTo(DType.INT64);
            net.zeroGrad();
            net.in.forward(Torch.ones(new long[] {2, 3}, DType.FLOAT64)).sum().backward();
            assertThat(net.in.weight().grad().dtype()).isEqualTo(DType.FLOAT64);
            assertThatThrownBy(() -> net.to(DType.INT64)).isInstanceOf(IllegalArgumentException.class);
            assertThat(net.to(Device.CPU).parameters()).allMatch(t -> t.device().type() == Device.Type.CPU);
        }
    }

    @Test
    void gradientsAreTurnedOffAndRemoved() {
        try (Scope scope = Scope.open(); Linear linear = new Linear(2, 1)) {
            linear.forward(Torch.ones(1, 2)).sum().backward();
            assertThat(linear.weight().grad()).isNotNull();
            linear.zeroGrad();
            assertThat(linear.weight().grad()).isNull();
            linear.requiresGrad_(false);
            assertThat(linear.forward(Torch.ones(1, 2)).requiresGrad()).isFalse();
        }
    }

    @Test
    void loadingCopiesIntoTheSameTensorsAndKeepsTheirDtype() {
        try (Scope scope = Scope.open(); Linear linear = new Linear(2, 1)) {
            Tensor weight = linear.weight();
            long identity = weight.identity();
            linear.loadStateDict(Map.of("weight", Tensor.of(new double[] {1, 2}, 1, 2), "bias", Torch.ones(1)));
            assertThat(weight.toFloatArray()).containsExactly(1, 2);
            assertThat(weight.dtype()).isEqualTo(DType.FLOAT32);
            assertThat(weight.identity()).isEqualTo(identity);
            assertThat(weight.requiresGrad() && weight.isLeaf()).isTrue();
        }
    }

    @Test
    void loadingReportsEverythingThatDoesNotFitAndWritesNothing() {
        try (Scope scope = Scope.open(); Net net = new Net()) {
            Map<String, Tensor> state = new LinkedHashMap<>();
            net.stateDict().forEach((key, tensor) -> state.put(key, tensor.detach().clone()));
            state.put("scale", Torch.zeros(3));
            state.put("in.weight", Torch.zeros(3, 4));
            state.put("in.bias", Torch.zeros(2));
            state.remove("out.norm.bias");
            state.remove("table");
            state.put("other", Torch.zeros(1));
            assertThatThrownBy(() -> net.loadStateDict(state)).isInstanceOfSatisfying(StateDictException.class, e -> {
                assertThat(e).hasMessage("the state does not fit Net: 2 missing (table, out.norm.bias); 1 unexpected "
                        + "(other); 2 of another shape (in.weight [3, 4] instead of [3, 3], "
                        + "in.bias [2] instead of [3])");
                assertThat(e.missing()).containsExactly("table", "out.norm.bias");
                assertThat(e.unexpected()).containsExactly("other");
                assertThat(e.differing()).extracting(StateDictException.Shapes::key)
                        .containsExactly("in.weight", "in.bias");
            });
            assertThat(net.scale.toFloatArray()).containsOnly(1f);
        }
    }

    @Test
    void closingFreesEverythingOnce() {
        long before = Memory.liveTensors();
        Net net;
        try (Scope scope = Scope.open()) {
            net = new Net();
        }
        assertThat(Memory.liveTensors()).isEqualTo(before + 11);
        net.close();
        assertThat(Memory.liveTensors()).isEqualTo(before);
        assertThatThrownBy(() -> net.scale.sum()).isInstanceOf(ClosedException.class);
        assertThatThrownBy(net::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("Net is closed");
    }

    @Test
    void closingGoesOnAfterAFailure() {
        class Careless extends Module {
            private final Tensor first = registerParameter("first", Torch.ones(1));
            private final Tensor second = registerParameter("second", Torch.ones(1));
            private final Tensor third = registerParameter("third", Torch.ones(1));
        }
        long before = Memory.liveTensors();
        Careless module = new Careless();
        module.third.close();
        module.first.close();
        assertThatThrownBy(module::close).isInstanceOf(ClosedException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
        assertThat(module.second.isOpen()).isFalse();
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void aModuleInTwoPlacesIsClosedOnce() {
        Linear shared = new Linear(1, 1);
        Sequential twice = new Sequential(shared, shared);
        assertThat(twice.parameters()).hasSize(2);
        twice.close();
        assertThat(shared.weight().isOpen()).isFalse();
    }
}
