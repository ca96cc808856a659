package org.flowprior.torch.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.Device;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.Test;

@InScope
class GradScalerTest {

    private static final GradScaler.Options OPTIONS = new GradScaler.Options(4, 2, 0.5, 2, true);

    private static void learn(GradScaler scaler, Optimizer optimizer, Tensor w, double factor) {
        optimizer.zeroGrad();
        scaler.scale(w.mul(factor).sum()).backward();
        scaler.step(optimizer);
        scaler.update();
    }

    @Test
    void stepsAreThoseWithoutAScaleAndInfiniteOnesAreLeftOut() {
        Tensor w = Tensor.of(new float[] {1}).requiresGrad_(true);
        Tensor plain = Tensor.of(new float[] {1}).requiresGrad_(true);
        try (GradScaler scaler = new GradScaler(Device.CPU, OPTIONS); Adam adam = new Adam(List.of(w));
                Adam other = new Adam(List.of(plain))) {
            learn(scaler, adam, w, 3);
            plain.mul(3).sum().backward();
            other.step();
            assertThat(w.item()).isEqualTo(plain.item());
            assertThat(scaler.getScale()).isEqualTo(4);
            learn(scaler, adam, w, 3);
            assertThat(scaler.getScale()).as("doubled after two good steps").isEqualTo(8);
            double before = w.item();
            learn(scaler, adam, w, Double.POSITIVE_INFINITY);
            assertThat(w.item()).isEqualTo(before);
            assertThat(scaler.getScale()).isEqualTo(4);
            learn(scaler, adam, w, 3);
            assertThat(scaler.stateDict()).isEqualTo(Map.of("scale", 4.0, "growth_factor", 2.0, "backoff_factor", 0.5,
                    "growth_interval", 2, "_growth_tracker", 1));
        }
    }

    @Test
    void unscaledGradientsCanBeClippedAndStagesAreChecked() {
        Tensor w = Tensor.of(new float[] {1, 2}).requiresGrad_(true);
        try (GradScaler scaler = new GradScaler(Device.CPU, OPTIONS); Adam adam = new Adam(List.of(w))) {
            assertThatThrownBy(scaler::update).hasMessageContaining("No inf checks");
            assertThatThrownBy(() -> scaler.step(adam)).hasMessageContaining("No inf checks");
            scaler.scale(w.sum()).backward();
            assertThat(w.grad().toFloatArray()).containsExactly(4, 4);
            scaler.unscale_(adam);
            assertThat(w.grad().toFloatArray()).containsExactly(1, 1);
            assertThatThrownBy(() -> scaler.unscale_(adam)).hasMessageContaining("already been called");
            assertThat(scaler.step(adam)).isTrue();
            assertThatThrownBy(() -> scaler.step(adam)).hasMessageContaining("already been called");
            assertThatThrownBy(() -> scaler.unscale_(adam)).hasMessageContaining("after step()");
        }
    }

    @Test
    void aStateContinuesAndADisabledScalerDoesNothing() {
        Tensor loss = Tensor.of(new float[] {3});
        try (GradScaler scaler = new GradScaler(Device.CPU);
                GradScaler off = new GradScaler(Device.CPU, new GradScaler.Options(4, 2, 0.5, 2, false))) {
            assertThat(scaler.getScale()).isEqualTo(65536);
            scaler.loadStateDict(Map.of("scale", 16, "_growth_tracker", 7));
            assertThat(scaler.scale(loss).item()).isEqualTo(48);
            assertThat(scaler.stateDict()).containsEntry("_growth_tracker", 7);
            assertThatThrownBy(() -> scaler.loadStateDict(Map.of("scale", 1))).hasMessageContaining("_growth_tracker");
            assertThat(off.scale(loss)).isSameAs(loss);
            assertThat(off.stateDict()).isEmpty();
        }
    }
}
