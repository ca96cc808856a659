package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.flowprior.torch.DType;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class FlowModelFileTest {

    @TempDir
    private Path directory;
    private Path file;
    private VelocityNetwork network;

    @BeforeEach
    void open() {
        file = directory.resolve("flow.safetensors");
        network = HashFill.network(new VelocityNetwork.Config(3, 5, 2, 8), DType.FLOAT32);
    }

    @AfterEach
    void close() {
        network.close();
    }

    @Test
    void aModelComesBackWithItsConvention() {
        for (TimeConvention convention : TimeConvention.values()) {
            FlowModelFile.write(file, new FlowModel(network, convention));
            try (FlowModel model = FlowModelFile.read(file, TimeConvention.OFFICIAL)) {
                assertThat(model.convention()).isEqualTo(convention);
                assertThat(model.network().config()).isEqualTo(network.config());
                assertSame(model.network());
            }
        }
        assertThat(Safetensors.header(file).tensors()).allMatch(entry -> entry.name().startsWith("net."));
    }

    private void assertSame(VelocityNetwork read) {
        Map<String, Tensor> expected = network.stateDict();
        read.stateDict().forEach((key, tensor) -> assertThat(tensor.toFloatArray()).as(key)
                .containsExactly(expected.get(key).toFloatArray()));
    }

    @Test
    void aFileThatStatesNoConventionIsReadAsTheCallerSays() {
        Safetensors.write(file, network.stateDict());
        assertThat(FlowModelFile.convention(file)).isEmpty();
        try (FlowModel model = FlowModelFile.read(file, TimeConvention.PAPER)) {
            assertThat(model.convention()).isEqualTo(TimeConvention.PAPER);
        }
        Safetensors.write(file, network.stateDict(), Map.of("timeConvention", "sideways"));
        assertThatThrownBy(() -> FlowModelFile.read(file, TimeConvention.PAPER))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("flow.safetensors")
                .hasMessageContaining("sideways");
    }

    @Test
    void ofSeveralNetworksTheAverageIsTakenAndAmbiguityRefused() {
        Map<String, Tensor> both = new LinkedHashMap<>();
        network.stateDict().forEach((key, tensor) -> {
            both.put("model.flow_loss.net." + key, Torch.zerosLike(tensor));
            both.put("ema.flow_loss.net." + key, tensor);
        });
        Safetensors.write(file, both);
        try (VelocityNetwork read = FlowModelFile.readNetwork(file)) {
            assertSame(read);
        }
        Map<String, Tensor> ambiguous = new LinkedHashMap<>();
        network.stateDict().forEach((key, tensor) -> {
            ambiguous.put("left." + key, tensor);
            ambiguous.put("right." + key, tensor);
        });
        Safetensors.write(file, ambiguous);
        assertThatThrownBy(() -> FlowModelFile.readNetwork(file)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("flow.safetensors").hasMessageContaining("left.").hasMessageContaining("right.");
    }

    @Test
    void otherTensorsBesideAPrefixedNetworkAreLeftAlone() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        network.stateDict().forEach((key, tensor) -> state.put("flow_loss.net." + key, tensor.to(DType.FLOAT64)));
        state.put("flow_loss.moving_avg", Torch.ones());
        state.put("discriminator.weight", Torch.ones(3));
        Safetensors.write(file, state);
        try (VelocityNetwork read = FlowModelFile.readNetwork(file)) {
            assertSame(read);
        }
    }

    @Test
    void missingAndUnexpectedKeysAreNamed() {
        Map<String, Tensor> state = new LinkedHashMap<>(network.stateDict());
        state.remove("res_blocks.1.mlp.0.bias");
        state.put("extra", Torch.ones(1));
        Safetensors.write(file, state);
        assertThatThrownBy(() -> FlowModelFile.readNetwork(file)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("flow.safetensors").hasMessageContaining("res_blocks.1.mlp.0.bias")
                .hasMessageContaining("extra");
    }
}
