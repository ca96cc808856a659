package org.flowprior.torch.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.util.Map;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.nn.Linear;
import org.flowprior.torch.nn.StateDictException;
import org.junit.jupiter.api.Test;

class EmaTest {

    private static Tensor parameter(float... values) {
        return Tensor.of(values, values.length).requiresGrad_(true);
    }

    private static void set(Tensor parameter, double value) {
        try (NoGrad noGrad = new NoGrad()) {
            parameter.fill_(value);
        }
    }

    @Test
    void followsTheFormula() {
        try (Scope scope = Scope.open()) {
            Tensor p = parameter(1);
            try (Ema ema = new Ema(Map.of("p", p), 0.9999)) {
                double expected = 1;
                for (int step = 0; step < 300; step++) {
                    double value = 2 + Math.sin(step);
                    set(p, value);
                    ema.update();
                    expected = 0.9999 * expected + (1 - 0.9999) * (float) value;
                    assertThat(ema.stateDict().get("p").item()).isCloseTo(expected, offset(1e-6 * expected));
                }
            }
        }
    }

    @Test
    void theAverageOfAConstantStaysThere() {
        try (Scope scope = Scope.open()) {
            Tensor p = parameter(0.7f);
            try (Ema ema = new Ema(Map.of("p", p), 0.9999)) {
                for (int step = 0; step < 300; step++) {
                    ema.update();
                }
                assertThat(ema.stateDict().get("p").toFloatArray()).containsExactly(0.7f);
            }
        }
    }

    @Test
    void swapsAndRestoresWithoutCopying() {
        try (Scope scope = Scope.open(); Linear linear = new Linear(1, 1, false)) {
            set(linear.weight(), 1);
            try (Ema ema = new Ema(linear.namedParameters(), 0.5)) {
                set(linear.weight(), 2);
                ema.update();
                long storage = linear.weight().storageAddress();
                long identity = linear.weight().identity();
                try (Ema.Swap swap = ema.swap()) {
                    assertThat(linear.forward(Torch.ones(1, 1)).item()).isEqualTo(1.5);
                    assertThat(ema.stateDict().get("weight").item()).isEqualTo(2);
                    assertThat(linear.weight().requiresGrad()).isTrue();
                    assertThatThrownBy(ema::update).isInstanceOf(IllegalStateException.class);
                    assertThatThrownBy(ema::swap).isInstanceOf(IllegalStateException.class);
                    assertThat(swap).isNotNull();
                }
                assertThat(linear.weight().item()).isEqualTo(2);
                assertThat(linear.weight().storageAddress()).isEqualTo(storage);
                assertThat(linear.weight().identity()).isEqualTo(identity);
                ema.update();
                assertThat(ema.stateDict().get("weight").item()).isEqualTo(1.75);
            }
        }
    }

    @Test
    void copiesToAnotherModuleAndLoads() {
        try (Scope scope = Scope.open(); Linear a = new Linear(2, 1); Linear b = new Linear(2, 1);
                Linear other = new Linear(3, 1); Ema ema = new Ema(a.namedParameters(), 0.9)) {
            ema.copyTo(b.namedParameters());
            assertThat(b.weight().toFloatArray()).isEqualTo(a.weight().toFloatArray());
            assertThatThrownBy(() -> ema.copyTo(other.namedParameters())).isInstanceOf(StateDictException.class)
                    .hasMessageContaining("weight [1, 2] instead of [1, 3]");
            ema.loadStateDict(Map.of("weight", Torch.ones(1, 2), "bias", Torch.ones(1)));
            assertThat(ema.stateDict().get("weight").toFloatArray()).containsOnly(1f);
            assertThatThrownBy(() -> ema.loadStateDict(Map.of("weight", Torch.ones(1, 2))))
                    .isInstanceOf(StateDictException.class).hasMessageContaining("1 missing (bias)");
        }
    }

    @Test
    void ownsItsAveragesAlone() {
        long before = Memory.liveTensors();
        try (Linear linear = new Linear(2, 1)) {
            Ema ema = new Ema(linear.namedParameters(), 0.9);
            ema.update();
            assertThat(Memory.liveTensors()).isEqualTo(before + 4);
            ema.close();
            assertThat(Memory.liveTensors()).isEqualTo(before + 2);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void refusesADecayOutsideItsRange() {
        assertThatThrownBy(() -> new Ema(Map.of(), 1.01)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1.01");
    }
}
