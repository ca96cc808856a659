package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.flowprior.fixtures.VelocityFill;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.Autograd;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;

@InScope
class VelocityNetworkTest {

    private static final VelocityNetwork.Config SMALL = new VelocityNetwork.Config(3, 5, 2, 8);

    @Test
    void parameterCountsAreThoseOfTheSpec() {
        assertThat(count(VelocityNetwork.Config.TOY)).isEqualTo(6_179_330);
        assertThat(count(VelocityNetwork.Config.PRIOR)).isEqualTo(34_978_848);
        assertThat(count(new VelocityNetwork.Config(32, 768, 6, 1024))).isEqualTo(35_766_304);
    }

    private static long count(VelocityNetwork.Config config) {
        try (VelocityNetwork network = new VelocityNetwork(config)) {
            return network.parameterCount();
        }
    }

    @Test
    void stateDictHasTheOfficialKeysInOrder() {
        try (VelocityNetwork network = new VelocityNetwork(new VelocityNetwork.Config(3, 5, 1, 8))) {
            List<String> keys = new ArrayList<>();
            for (String layer : List.of("time_embed.mlp.0", "time_embed.mlp.2", "cond_embed", "input_proj",
                    "res_blocks.0.in_ln", "res_blocks.0.mlp.0", "res_blocks.0.mlp.2", "res_blocks.0.adaLN_modulation.1",
                    "final_layer.linear", "final_layer.adaLN_modulation.1")) {
                keys.add(layer + ".weight");
                keys.add(layer + ".bias");
            }
            assertThat(network.stateDict().keySet()).containsExactlyElementsOf(keys);
        }
    }

    @Test
    void sizesAreReadFromAStateDict() {
        try (VelocityNetwork network = new VelocityNetwork(SMALL)) {
            assertThat(VelocityNetwork.Config.of(network.stateDict())).isEqualTo(SMALL);
        }
        assertThatThrownBy(() -> VelocityNetwork.Config.of(Map.of()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("input_proj.weight");
    }

    @Test
    void aFreshNetworkGivesExactlyZero() {
        try (Generator generator = Generator.seeded(3);
                VelocityNetwork network = new VelocityNetwork(SMALL, generator)) {
            Tensor v = network.forward(Torch.randn(4, 3), Torch.rand(4), Torch.randn(4, 5));
            assertThat(v.toFloatArray()).containsOnly(0f);
            assertThat(v.shape()).containsExactly(4, 3);
        }
    }

    @Test
    void aConditionIsOptionalWhereTheNetworkHasALayerForIt() {
        try (VelocityNetwork network = VelocityFill.network(SMALL, DType.FLOAT32)) {
            Tensor x = Torch.randn(4, 3);
            Tensor t = Torch.rand(4);
            network.stateDict().get("cond_embed.bias").setData(Torch.zeros(8));
            Tensor without = network.forward(x, t, null);
            assertThat(network.forward(x, t, Torch.zeros(4, 5)).toFloatArray())
                    .containsExactly(without.toFloatArray(), within(1e-6f));
        }
    }

    @Test
    void wrongShapesAreNamed() {
        try (VelocityNetwork network = new VelocityNetwork(SMALL);
                VelocityNetwork plain = new VelocityNetwork(new VelocityNetwork.Config(3, 0, 1, 8))) {
            Tensor x = Torch.zeros(4, 3);
            Tensor t = Torch.zeros(4);
            assertThatThrownBy(() -> network.forward(Torch.zeros(4, 2), t, null))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("x must be [N, 3], not [4, 2]");
            assertThatThrownBy(() -> network.forward(x, Torch.zeros(), null))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("t must be [4]");
            assertThatThrownBy(() -> network.forward(x, t, Torch.zeros(3, 5)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("condition must be [4, 5], not [3, 5]");
            assertThatThrownBy(() -> plain.forward(x, t, Torch.zeros(4, 5)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("without condition channels");
        }
    }

    @Test
    void checkpointingChangesNeitherValueNorGradients() {
        try (VelocityNetwork network = VelocityFill.network(SMALL, DType.FLOAT64)) {
            Tensor x = Torch.randn(new long[] {4, 3}, DType.FLOAT64).requiresGrad_(true);
            Tensor t = Torch.rand(new long[] {4}, DType.FLOAT64);
            Tensor c = Torch.randn(new long[] {4, 5}, DType.FLOAT64);
            List<Tensor> inputs = new ArrayList<>(network.parameters());
            inputs.add(x);
            Tensor plain = network.forward(x, t, c);
            List<Tensor> expected = Autograd.grad(plain.square().sum(), inputs);
            Tensor checkpointed = network.gradCheckpointing(true).forward(x, t, c);
            List<Tensor> actual = Autograd.grad(checkpointed.square().sum(), inputs);
            assertThat(checkpointed.toDoubleArray()).containsExactly(plain.toDoubleArray());
            for (int i = 0; i < inputs.size(); i++) {
                assertThat(actual.get(i).toDoubleArray())
                        .containsExactly(expected.get(i).toDoubleArray(), within(1e-12));
            }
        }
    }

    @Test
    void checkpointingTakesLessMemory() {
        try (VelocityNetwork network = new VelocityNetwork(new VelocityNetwork.Config(2, 0, 8, 64))) {
            long plain = peakOfStep(network);
            network.gradCheckpointing(true);
            assertThat(peakOfStep(network)).isLessThan(plain / 2);
        }
    }

    private static long peakOfStep(VelocityNetwork network) {
        try (Scope step = Scope.open()) {
            long before = Memory.cpuBytes();
            Memory.resetPeak();
            network.forward(Torch.randn(2000, 2), Torch.rand(2000), null).square().sum().backward();
            network.zeroGrad();
            return Memory.cpuPeakBytes() - before;
        }
    }

    @Test
    void withoutGradientsMemoryDoesNotGrowWithDepth() {
        long shallow = peakOfEvaluation(2);
        assertThat(peakOfEvaluation(12)).isLessThan(shallow + shallow / 10);
    }

    private static long peakOfEvaluation(int depth) {
        try (Scope step = Scope.open(); NoGrad noGrad = new NoGrad();
                VelocityNetwork network = new VelocityNetwork(new VelocityNetwork.Config(2, 0, depth, 32))) {
            Tensor x = Torch.randn(4000, 2);
            Tensor t = Torch.rand(4000);
            long before = Memory.cpuBytes();
            Memory.resetPeak();
            network.forward(x, t, null);
            return Memory.cpuPeakBytes() - before;
        }
    }

    @Test
    void forwardLeavesOneTensorInTheCallersScope(Scope scope) {
        try (VelocityNetwork network = new VelocityNetwork(SMALL)) {
            Tensor x = Torch.randn(4, 3);
            Tensor t = Torch.rand(4);
            int before = scope.size();
            network.forward(x, t, null);
            assertThat(scope.size()).isEqualTo(before + 1);
        }
    }

    @Test
    void underAutocastTheVelocityIsBfloat16AndCloseToFloat32() {
        try (VelocityNetwork network = VelocityFill.network(SMALL, DType.FLOAT32)) {
            Tensor x = Torch.randn(16, 3);
            Tensor t = Torch.rand(16);
            Tensor exact = network.forward(x, t, null);
            try (Autocast cast = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
                Tensor v = network.forward(x, t, null);
                assertThat(v.dtype()).isEqualTo(DType.BFLOAT16);
                assertThat(v.to(DType.FLOAT32).sub(exact).norm().item()).isLessThan(0.03 * exact.norm().item());
            }
        }
    }
}
