package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.flowprior.torch.nn.Linear;
import org.junit.jupiter.api.Test;

/** Against closed forms. */
@InScope
class FuncTest {

    private static Tensor of(double... values) {
        return Tensor.of(values);
    }

    @Test
    void jvpIsTheDerivativeAlongADirection() {
        Func.Jvp jvp = Func.jvp(x -> x.mul(x).mul(x), of(1, 2), of(1, 0.5));
        assertThat(jvp.value().toDoubleArray()).containsExactly(1, 8);
        assertThat(jvp.derivative().toDoubleArray()).containsExactly(3, 6);
        assertThat(Func.jvp(x -> of(7), of(1), of(1)).derivative().toDoubleArray()).containsExactly(0);
    }

    @Test
    void vjpIsTheProductWithTheJacobian() {
        Func.Vjp vjp = Func.vjp(x -> x.cumsum(0), of(1, 2, 3), of(1, 10, 100));
        assertThat(vjp.value().toDoubleArray()).containsExactly(1, 3, 6);
        assertThat(vjp.product().toDoubleArray()).containsExactly(111, 110, 100);
    }

    @Test
    void jacobianAndHessian() {
        assertThat(Func.jacobian(x -> x.square(), of(2, 3)).toDoubleArray()).containsExactly(4, 0, 0, 6);
        Tensor hessian = Func.hessian(x -> x.prod(), of(2, 3, 4));
        assertThat(hessian.shape()).containsExactly(3, 3);
        assertThat(hessian.toDoubleArray()).containsExactly(0, 4, 3, 4, 0, 2, 3, 2, 0);
    }

    @Test
    void vmapAppliesAFunctionOfOneExampleToAll() {
        Tensor x = of(1, 2, 3, 4, 5, 6).reshape(3, 2);
        Tensor dots = Func.vmap(row -> {
            assertThat(row.shape()).containsExactly(2);
            return row.dot(row);
        }, x);
        assertThat(dots.toDoubleArray()).containsExactly(5, 25, 61);
        Tensor columns = Func.vmap(column -> column.cumsum(0), x, 1, -1, Func.Randomness.ERROR);
        assertThat(columns.toDoubleArray()).containsExactly(1, 2, 4, 6, 9, 12);
        assertThat(Func.vmap(row -> of(7), x).toDoubleArray()).containsExactly(7, 7, 7);
    }

    @Test
    void vmapOfGradGivesTheGradientOfEachExample() {
        Tensor x = of(1, 2, 3, 4).reshape(2, 2);
        Tensor gradients = Func.vmap(row -> Func.grad(r -> r.pow(3).sum(), row), x);
        assertThat(gradients.toDoubleArray()).containsExactly(3, 12, 27, 48);
        Tensor second = Func.grad(y -> Func.grad(z -> z.exp().sum(), y).sum(), of(0.5));
        assertThat(second.item()).isCloseTo(Math.exp(0.5), within(1e-12));
    }

    @Test
    void randomOpsInVmapFollowTheChoice() {
        Tensor x = Torch.zeros(4);
        assertThatThrownBy(() -> Func.vmap(e -> Torch.randnLike(e), x)).isInstanceOf(TorchException.class)
                .hasMessageContaining("random");
        float[] same = Func.vmap(e -> Torch.randnLike(e), x, 0, 0, Func.Randomness.SAME).toFloatArray();
        float[] different = Func.vmap(e -> Torch.randnLike(e), x, 0, 0, Func.Randomness.DIFFERENT).toFloatArray();
        assertThat(same[0]).isEqualTo(same[3]);
        assertThat(different[0]).isNotEqualTo(different[3]);
    }

    @Test
    void levelsEndAfterAnException() {
        assertThatThrownBy(() -> Func.vmap(e -> {
            throw new IllegalStateException("mine");
        }, Torch.zeros(2))).hasMessage("mine");
        assertThat(Func.vmap(e -> e.add(1), Torch.zeros(2)).toFloatArray()).containsExactly(1, 1);
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
            assertThatThrownBy(() -> Func.functionalCall(linear.namedParameters(), Map.of("w", weight), () -> x))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("'w'");
        }
    }
}
