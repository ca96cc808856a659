package org.flowprior.torch.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.util.List;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

@InScope
class GradientClippingTest {

    private static Tensor parameter(float... gradient) {
        Tensor parameter = Torch.zeros(gradient.length).requiresGrad_(true);
        parameter.setGrad(Tensor.of(gradient, gradient.length));
        return parameter;
    }

    @Test
    void scalesAllGradientsToTheNorm() {
        Tensor a = parameter(3, 0);
        Tensor b = parameter(4);
        Tensor without = Torch.zeros(1).requiresGrad_(true);
        Tensor norm = GradientClipping.clipNorm(List.of(a, without, b), 1);
        assertThat(norm.item()).isEqualTo(5);
        // 1 / (5 + 1e-6) times the gradients
        assertThat(a.grad().toFloatArray()).containsExactly((float) (3 / 5.000001), 0);
        assertThat(b.grad().toFloatArray()).containsExactly((float) (4 / 5.000001));
        assertThat(without.grad()).isNull();
    }

    @Test
    void leavesSmallGradientsAlone() {
        Tensor a = parameter(0.3f, 0.4f);
        assertThat(GradientClipping.clipNorm(List.of(a), 1).item()).isCloseTo(0.5, offset(1e-7));
        assertThat(a.grad().toFloatArray()).containsExactly(0.3f, 0.4f);
    }

    @Test
    void withoutGradientsTheNormIsZero() {
        Tensor a = Torch.zeros(1).requiresGrad_(true);
        assertThat(GradientClipping.clipNorm(List.of(a), 1).item()).isZero();
        GradientClipping.clipValue(List.of(a), 1);
        assertThat(a.grad()).isNull();
    }

    @Test
    void clampsValues() {
        Tensor a = parameter(-3, 0.1f, 2);
        GradientClipping.clipValue(List.of(a), 0.5);
        assertThat(a.grad().toFloatArray()).containsExactly(-0.5f, 0.1f, 0.5f);
    }

    @Test
    void leavesOnlyTheNormInTheScope(Scope scope) {
        Tensor a = parameter(3, 4);
        int before = scope.size();
        GradientClipping.clipNorm(List.of(a), 1);
        assertThat(scope.size()).isEqualTo(before + 1);
    }
}
