package org.flowprior.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The module is written by tools/oracle/script.py. */
@InScope
class ScriptModuleTest {

    private static final Path TWO = Path.of("src/test/resources/org/flowprior/torch/two.torchscript");

    // x = torch.tensor([[1.0, -1.0]]); y = x @ weight + shift
    @Test
    void callsMethodsAndFlattensTuples() {
        try (ScriptModule two = ScriptModule.load(TWO, Device.CPU)) {
            Tensor x = Tensor.of(new float[] {1, -1}, 1, 2);
            List<Tensor> results = two.forward(x);
            assertThat(results.get(0).toFloatArray()).containsExactly(-1.5f, -2.5f);
            assertThat(results.get(1).toFloatArray()).containsExactly(2.25f, 6.25f);
            assertThat(two.call("norm", x, x.neg()).get(0).item())
                    .isEqualTo(Math.sqrt(8), org.assertj.core.api.Assertions.within(1e-6));
        }
    }

    @Test
    void gradientsReachParametersAndInputs() {
        try (ScriptModule two = ScriptModule.load(TWO, Device.CPU)) {
            assertThat(two.stateDict()).containsOnlyKeys("weight", "shift");
            Tensor weight = two.stateDict().get("weight");
            Tensor y = two.forward(Tensor.of(new float[] {1, -1}, 1, 2)).get(0);
            assertThat(Autograd.grad(y.sum(), List.of(weight)).get(0).toFloatArray()).containsExactly(1, 1, -1, -1);
        }
    }

    @Test
    void movesTrainsFreezesAndSaves(@TempDir Path directory) {
        try (ScriptModule two = ScriptModule.load(TWO, Device.CPU)) {
            Tensor x = Torch.ones(1, 2);
            assertThatThrownBy(() -> two.train(true).freeze()).isInstanceOf(TorchException.class);
            Path file = directory.resolve("frozen.torchscript");
            try (ScriptModule frozen = two.train(false).freeze()) {
                assertThat(frozen.stateDict()).isEmpty();
                frozen.save(file);
            }
            try (ScriptModule again = ScriptModule.load(file, Device.CPU)) {
                assertThat(again.forward(x).get(0).toFloatArray()).containsExactly(4.5f, 5.5f);
            }
            assertThat(two.to(Device.CPU, DType.FLOAT64).forward(x.to(DType.FLOAT64)).get(0).dtype())
                    .isEqualTo(DType.FLOAT64);
        }
    }

    @Test
    void mistakesAreTyped(@TempDir Path directory) throws IOException {
        Path garbage = Files.writeString(directory.resolve("garbage.pt"), "not a module");
        assertThatThrownBy(() -> ScriptModule.load(directory.resolve("none.pt"), Device.CPU))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no such file");
        assertThatThrownBy(() -> ScriptModule.load(garbage, Device.CPU)).isInstanceOf(TorchException.class);
        ScriptModule two = ScriptModule.load(TWO, Device.CPU);
        assertThatThrownBy(() -> two.forward()).isInstanceOf(TorchException.class);
        assertThatThrownBy(() -> two.forward(Torch.ones(1, 3))).isInstanceOf(TorchException.class);
        assertThatThrownBy(() -> two.call("nothing", Torch.ones(1))).isInstanceOf(TorchException.class);
        two.close();
        assertThatThrownBy(two::close).isInstanceOf(ClosedException.class);
        assertThatThrownBy(() -> two.forward(Torch.ones(1, 2))).isInstanceOf(ClosedException.class);
    }
}
