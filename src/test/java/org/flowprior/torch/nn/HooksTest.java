package org.flowprior.torch.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

/** Hooks of modules. The expected numbers are those of PyTorch's hooks on the same module, worked out by hand. */
@InScope
class HooksTest {

    /** y = 2 x. */
    private static Linear twice() {
        Linear linear = new Linear(1, 1, false);
        linear.loadStateDict(Map.of("weight", Tensor.of(new float[] {2}, 1, 1)));
        return linear;
    }

    private static Tensor row(float... values) {
        return Tensor.of(values, values.length, 1);
    }

    @Test
    void forwardHooksSeeAndReplaceInputsAndOutputsInOrder() {
        try (Linear linear = twice()) {
            List<String> calls = new ArrayList<>();
            RemovableHandle before = linear.registerForwardPreHook((module, inputs) -> {
                calls.add("before " + inputs.getFirst().item());
                return List.of(inputs.getFirst().add(1));
            });
            linear.registerForwardHook((module, inputs, output) -> {
                assertThat(module).isSameAs(linear);
                calls.add("after " + inputs.getFirst().item() + " " + output.item());
                return output.mul(10);
            });
            linear.registerForwardHook((module, inputs, output) -> {
                calls.add("last " + output.item());
                return null;
            });
            assertThat(linear.forward(row(3)).item()).isEqualTo(80);
            assertThat(calls).containsExactly("before 3.0", "after 4.0 8.0", "last 80.0");
            before.remove();
            before.remove();
            assertThat(linear.call(row(3)).item()).isEqualTo(60);
        }
    }

    /** A layer of a user, whose forward knows nothing of hooks. */
    private static final class Plain extends TypedLayer<Plain> {

        private final Linear inner = register("inner", twice());

        @Override
        public Tensor forward(Tensor x) {
            return inner.forward(x);
        }
    }

    @Test
    void ownLayersHaveHooksWhereTheyAreCalled() {
        try (Sequential net = new Sequential(new Plain(), new Identity())) {
            List<String> seen = new ArrayList<>();
            net.modules().forEach(module -> module.registerForwardHook((m, inputs, output) -> {
                seen.add(m.getClass().getSimpleName());
                return null;
            }));
            net.forward(row(1));
            assertThat(seen).containsExactly("Linear", "Plain", "Identity", "Sequential");
            assertThat(net.layers().getFirst().call(row(1)).item()).isEqualTo(2);
        }
    }

    @Test
    void backwardHooksSeeTheGradientsOfThisModuleAlone() {
        try (Linear linear = twice(); Tensor x = row(1, 2).requiresGrad_(true)) {
            List<float[]> seen = new ArrayList<>();
            RemovableHandle handle = linear.registerFullBackwardHook((module, gradInput, gradOutput) -> {
                seen.add(gradInput.getFirst().toFloatArray());
                seen.add(gradOutput.toFloatArray());
                return null;
            });
            // x also goes another way, whose gradient of 5 is not the module's
            linear.forward(x).mul(row(3, 4)).sum().add(x.mul(5).sum()).backward();
            assertThat(seen.get(0)).containsExactly(6, 8);
            assertThat(seen.get(1)).containsExactly(3, 4);
            assertThat(x.grad().toFloatArray()).containsExactly(11, 13);
            handle.remove();
            linear.forward(x).sum().backward();
            assertThat(seen).hasSize(2);
        }
    }

    @Test
    void aBackwardHookReplacesTheGradientOfTheInput() {
        try (Linear linear = twice(); Tensor x = row(1, 2).requiresGrad_(true)) {
            linear.registerFullBackwardHook((module, gradInput, gradOutput) -> gradInput.getFirst().mul(100));
            linear.forward(x).sum().backward();
            assertThat(x.grad().toFloatArray()).containsExactly(200, 200);
            assertThat(linear.weight().grad().item()).isEqualTo(3);
        }
    }

    @Test
    void backwardHooksOfSeveralInputsRunOnceAndReplaceNothing() {
        try (Bilinear bilinear = new Bilinear(1, 1, 1)) {
            List<List<Tensor>> seen = new ArrayList<>();
            RemovableHandle handle = bilinear.registerFullBackwardHook((module, gradInput, gradOutput) -> {
                seen.add(gradInput);
                assertThat(gradInput).hasSize(2).doesNotContainNull();
                return null;
            });
            Tensor a = row(2).requiresGrad_(true);
            Tensor b = row(3).requiresGrad_(true);
            bilinear.forward(a, b).sum().backward();
            assertThat(seen).hasSize(1);
            handle.remove();
            bilinear.registerFullBackwardHook((module, gradInput, gradOutput) -> gradInput.getFirst());
            assertThatThrownBy(() -> bilinear.forward(a, b).sum().backward())
                    .isInstanceOf(IllegalStateException.class).hasMessageContaining("single input");
        }
    }

    @Test
    void aBackwardHookRunsWithoutAGradientOfTheInputAndNotWithoutGradients() {
        try (Linear linear = twice()) {
            List<Tensor> inputs = new ArrayList<>();
            linear.registerFullBackwardHook((module, gradInput, gradOutput) -> {
                inputs.addAll(gradInput);
                return null;
            });
            linear.forward(row(1)).sum().backward();
            assertThat(inputs).hasSize(1).containsOnlyNulls();
            try (NoGrad noGrad = new NoGrad()) {
                assertThat(linear.forward(row(1)).requiresGrad()).isFalse();
            }
        }
    }

    @Test
    void hooksLeaveNoTensorBehind() {
        try (Sequential net = new Sequential(twice(), new ReLU(), twice())) {
            net.modules().forEach(module -> module.registerFullBackwardHook((m, gradInput, gradOutput) -> null));
            step(net);
            long before = Memory.liveTensors();
            step(net);
            step(net);
            assertThat(Memory.liveTensors()).isEqualTo(before);
        }
    }

    private static void step(Sequential net) {
        try (Scope scope = Scope.open()) {
            net.zeroGrad();
            net.forward(Torch.ones(3, 1).requiresGrad_(true)).sum().backward();
        }
    }

    @Test
    void anExceptionOfAHookLeavesTheModuleUsable() {
        try (Linear linear = twice()) {
            RemovableHandle handle = linear.registerForwardHook((module, inputs, output) -> {
                throw new IllegalStateException("no");
            });
            assertThatThrownBy(() -> linear.forward(row(1))).hasMessage("no");
            handle.remove();
            List<String> seen = new ArrayList<>();
            linear.registerForwardPreHook((module, inputs) -> {
                seen.add("again");
                return null;
            });
            linear.forward(row(1));
            assertThat(seen).hasSize(1);
        }
    }
}
