package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

@InScope
class AutogradTest {

    private static Tensor leaf(double... values) {
        return Tensor.of(values).requiresGrad_(true);
    }

    @Test
    void backwardAccumulatesInLeaves() {
        Tensor x = leaf(1, 2);
        x.square().sum().backward();
        x.square().sum().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(4, 8);
        x.setGrad(null);
        assertThat(x.grad()).isNull();
        assertThatThrownBy(() -> x.setGrad(Torch.ones(3))).isInstanceOf(ShapeException.class)
                .hasMessageContaining("float32[3]").hasMessageContaining("float64[2]");
    }

    @Test
    void gradTouchesNoLeafAndKnowsAllOptions() {
        Tensor x = leaf(3);
        Tensor unused = leaf(1);
        Tensor y = x.pow(3);
        Tensor dx = Autograd.grad(y.sum(), List.of(x), Autograd.Options.CREATE).get(0);
        assertThat(dx.item()).isEqualTo(27);
        assertThat(Autograd.grad(dx.sum(), List.of(x), Autograd.Options.RETAIN).get(0).item()).isEqualTo(18);
        assertThat(x.grad()).isNull();
        assertThatThrownBy(() -> Autograd.grad(x.sum(), List.of(unused))).isInstanceOf(TorchException.class);
        assertThat(Autograd.grad(List.of(x.sum()), List.of(unused, x), null, new Autograd.Options(null, false, true)))
                .satisfies(g -> assertThat(g.get(0)).isNull(), g -> assertThat(g.get(1).item()).isEqualTo(1));
        assertThat(Autograd.grad(List.of(x.mul(2)), List.of(x), List.of(Tensor.of(new double[] {5})),
                Autograd.Options.DEFAULT).get(0).item()).isEqualTo(10);
    }

    @Test
    void backwardTakesGradientsAndInputs() {
        Tensor a = leaf(1);
        Tensor b = leaf(2);
        Tensor y = a.mul(b);
        Autograd.backward(Arrays.asList(y, a.sum()), Arrays.asList(Tensor.of(new double[] {3}), null),
                Autograd.Options.DEFAULT, List.of(a));
        assertThat(a.grad().item()).isEqualTo(7);
        assertThat(b.grad()).isNull();
        assertThatThrownBy(() -> Autograd.backward(List.of(y), List.of(), Autograd.Options.DEFAULT, null))
                .isInstanceOf(ShapeException.class);
    }

    @Test
    void aGraphServesOnceUnlessItIsRetained() {
        Tensor x = leaf(2);
        Tensor y = x.exp().sum();
        Autograd.backward(List.of(y), null, Autograd.Options.RETAIN, null);
        y.backward();
        assertThatThrownBy(y::backward).isInstanceOf(TorchException.class).hasMessageContaining("second time");
    }

    @Test
    void wrongUseInPlaceIsAPlainErrorWithPyTorchsText() {
        Tensor x = Tensor.of(new float[] {1, 2}).requiresGrad_(true);
        assertThatThrownBy(() -> x.add_(1)).isExactlyInstanceOf(TorchException.class)
                .hasMessageContaining("a leaf Variable that requires grad is being used in an in-place operation");
        Tensor y = x.exp();
        Tensor loss = y.square().sum();
        y.add_(1);
        assertThatThrownBy(loss::backward).isExactlyInstanceOf(TorchException.class)
                .hasMessageContaining("has been modified by an inplace operation");
    }

    @Test
    void gradModesHoldForTheirBlock() {
        Tensor x = leaf(1);
        try (NoGrad noGrad = new NoGrad()) {
            assertThat(x.mul(2).requiresGrad()).isFalse();
            try (EnableGrad enableGrad = new EnableGrad()) {
                assertThat(x.mul(2).requiresGrad()).isTrue();
            }
            assertThat(x.mul(2).requiresGrad()).isFalse();
        }
        assertThat(x.mul(2).requiresGrad()).isTrue();
        assertThat(x.exp().gradFn()).isEqualTo("ExpBackward0");
        assertThat(x.gradFn()).isEmpty();
    }

    @Test
    void inferenceTensorsStayOutOfAutograd() {
        Tensor made;
        try (InferenceMode mode = new InferenceMode()) {
            assertThat(InferenceMode.isEnabled()).isTrue();
            made = Torch.ones(1);
        }
        assertThat(InferenceMode.isEnabled()).isFalse();
        assertThat(made.isInference()).isTrue();
        assertThatThrownBy(() -> leaf(1).to(DType.FLOAT32).mul(made)).isInstanceOf(TorchException.class);
    }

    @Test
    void inferenceModesEndInStackOrder() {
        InferenceMode outer = new InferenceMode();
        InferenceMode inner = new InferenceMode();
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
        inner.close();
        outer.close();
        assertThatThrownBy(outer::close).isInstanceOf(ClosedException.class);
    }

    @Test
    void anomalyModeNamesTheNodeThatMadeNan() {
        try (AnomalyMode mode = new AnomalyMode()) {
            Tensor x = leaf(0);
            Tensor y = x.sqrt().mul(0).sum();
            assertThatThrownBy(y::backward).isInstanceOf(TorchException.class).hasMessageContaining("SqrtBackward0")
                    .hasMessageContaining("nan");
        }
    }

    @Test
    void hooksSeeReplaceAndLeave() {
        Tensor x = leaf(1, 2);
        List<Double> seen = new ArrayList<>();
        Hook watching = x.registerHook(g -> {
            seen.add(g.sum().item());
            return null;
        });
        Hook doubling = x.registerHook(g -> g.mul(2));
        x.mul(3).sum().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(6, 6);
        assertThat(seen).containsExactly(6.0);
        watching.close();
        doubling.close();
        x.mul(3).sum().backward();
        assertThat(x.grad().toDoubleArray()).containsExactly(9, 9);
        assertThat(seen).hasSize(1);
    }

    @Test
    void hooksAreForgottenWithTheirTensor() {
        int held = Callbacks.held();
        try (Scope inner = Scope.open()) {
            Tensor y = leaf(1).mul(2);
            y.registerHook(g -> null);
            y.sum().backward();
            assertThat(Callbacks.held()).isEqualTo(held + 1);
        }
        assertThat(Callbacks.held()).isEqualTo(held);
    }

    @Test
    void anExceptionInAHookComesOutOfBackward() {
        Tensor x = leaf(1);
        Tensor y = x.mul(2);
        y.registerHook(g -> {
            throw new UnsupportedOperationException("from the hook");
        });
        assertThatThrownBy(() -> y.sum().backward()).isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("from the hook");
        assertThat(x.mul(5).sum().item()).isEqualTo(5);
    }

    @Test
    void anErrorOfLibtorchInAHookKeepsItsType() {
        Tensor y = leaf(1).mul(2);
        y.registerHook(g -> g.view(7));
        assertThatThrownBy(() -> y.sum().backward()).isInstanceOf(ShapeException.class).hasMessageStartingWith("view");
    }

    @Test
    void retainGradKeepsTheGradientOfAnInnerTensor() {
        Tensor y = leaf(1).mul(2);
        y.retainGrad();
        y.mul(3).sum().backward();
        assertThat(y.grad().item()).isEqualTo(3);
    }

    @Test
    void onlyFloatingLeavesRequireGrad() {
        assertThatThrownBy(() -> Tensor.of(new long[] {1}).requiresGrad_(true)).isInstanceOf(TorchException.class);
        assertThatThrownBy(() -> leaf(1).mul(2).requiresGrad_(false)).isInstanceOf(TorchException.class);
    }
}
