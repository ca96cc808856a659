package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.nn.Linear;
import org.junit.jupiter.api.Test;

@InScope
class FuncTest {

    private static final Tensor NONE = null;

    private static Tensor doubles(double... values) {
        return Tensor.of(values);
    }

    @Test
    void jvpIsTheDirectionalDerivative() {
        Func.Jvp result = Func.jvp(in -> in.get(0).square().mul(in.get(1)), List.of(doubles(2, 3), doubles(5, 7)),
                List.of(doubles(1, 10), doubles(0, 1)));
        assertThat(result.output().toDoubleArray()).containsExactly(20, 63);
        // 2xy dx + x^2 dy
        assertThat(result.tangent().toDoubleArray()).containsExactly(20, 429);
    }

    @Test
    void vjpAndJacobianAgreeWithTheClosedForm() {
        Tensor x = doubles(2, 3);
        Tensor jacobian = Func.jacobian(v -> Torch.stack(List.of(v.prod(), v.sum(), v.square().sum())), x);
        assertThat(jacobian.shape()).containsExactly(3, 2);
        assertThat(jacobian.toDoubleArray()).containsExactly(3, 2, 1, 1, 4, 6);
        Func.Vjp vjp = Func.vjp(in -> in.getFirst().square(), List.of(x));
        assertThat(vjp.pullback().apply(doubles(1, 2)).getFirst().toDoubleArray()).containsExactly(4, 12);
        assertThat(x.requiresGrad()).isFalse();
    }

    @Test
    void hessianIsTheMatrixOfSecondDerivatives() {
        Tensor hessian = Func.hessian(v -> v.prod().add(v.pow(3).sum()), doubles(2, 3));
        assertThat(hessian.toDoubleArray()).containsExactly(12, 1, 1, 18);
        assertThat(Func.hessian(Tensor::sum, doubles(2, 3)).toDoubleArray()).containsOnly(0);
    }

    @Test
    void vmapAgreesWithALoop() {
        Tensor x = doubles(1, 2, 3, 4, 5, 6).reshape(3, 2);
        Tensor w = doubles(2, 3);
        Tensor dots = Func.vmap(in -> in.get(0).dot(in.get(1)), Arrays.asList(x, w), Arrays.asList(0, null), 0,
                Func.Randomness.ERROR);
        assertThat(dots.toDoubleArray()).containsExactly(8, 18, 28);
        Tensor columns = Func.vmap(in -> in.getFirst().square(), List.of(x), List.of(1), 1, Func.Randomness.ERROR);
        assertThat(columns.toDoubleArray()).containsExactly(1, 4, 9, 16, 25, 36);
        assertThat(Func.vmap(row -> w, x).shape()).containsExactly(3, 2);
    }

    @Test
    void gradInsideVmapGivesGradientsOfEachElement() {
        Tensor x = doubles(1, 2, 3, 4).reshape(2, 2);
        Tensor gradients = Func.vmap(Func.grad(v -> v.pow(3).sum()), x);
        assertThat(gradients.toDoubleArray()).containsExactly(3, 12, 27, 48);
        assertThat(Func.grad(v -> Func.grad(u -> u.pow(3).sum()).apply(v).sum()).apply(doubles(2)).item())
                .isEqualTo(12);
    }

    @Test
    void wrongBatchesAndRandomOpsAreRefusedAndLeaveNoLevel() {
        Tensor x = doubles(1, 2);
        assertThatThrownBy(() -> Func.vmap(in -> in.getFirst(), List.of(x, doubles(1, 2, 3)), List.of(0, 0), 0,
                Func.Randomness.ERROR)).isInstanceOf(ShapeException.class).hasMessageContaining("batch has 2 elements");
        assertThatThrownBy(() -> Func.vmap(v -> v.add(Torch.randn(1)), x)).hasMessageContaining("random");
        assertThat(Func.vmap(v -> v.mul(2), x).toDoubleArray()).containsExactly(2, 4);
    }

    @Test
    void aFunctionInsideATransformIsRefused() {
        Function identity = new Function() {
            @Override
            protected List<Tensor> forward(Context context, List<Tensor> inputs) {
                return List.of(inputs.getFirst().mul(1));
            }

            @Override
            protected List<Tensor> backward(Context context, List<Tensor> gradients) {
                return gradients;
            }
        };
        assertThatThrownBy(() -> Func.vmap(v -> identity.apply(v), doubles(1, 2))).isInstanceOf(TorchException.class);
        assertThat(Func.vmap(v -> v.mul(2), doubles(1, 2)).toDoubleArray()).containsExactly(2, 4);
    }

    @Test
    void functionalCallUsesAndDifferentiatesOtherParameters() {
        try (Linear linear = new Linear(2, 1)) {
            Tensor x = Tensor.of(new float[] {1, 2}, 1, 2);
            float[] before = linear.forward(x).toFloatArray();
            Tensor weight = Tensor.of(new float[] {3, 4}, 1, 2).requiresGrad_(true);
            Tensor bias = Tensor.of(new float[] {5});
            Tensor y = Func.functionalCall(linear.namedParameters(), Map.of("weight", weight, "bias", bias),
                    () -> linear.forward(x));
            assertThat(y.item()).isEqualTo(16, within(1e-6));
            y.sum().backward();
            assertThat(weight.grad().toFloatArray()).containsExactly(1, 2);
            assertThat(linear.namedParameters().get("weight").grad()).isNull();
            assertThat(linear.forward(x).toFloatArray()).containsExactly(before);
            assertThatThrownBy(() -> Func.functionalCall(linear.namedParameters(), Map.of("w", weight), () -> NONE))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'w'");
        }
    }
}
