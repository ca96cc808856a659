package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.flowprior.fixtures.VelocityFill;
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
        network = VelocityFill.network(new VelocityNetwork.Config(3, 5, 2, 8), DType.FLOAT32);
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

    /** As {@code torch.save} writes a dict that holds itself, and one with the key None. */
    @Test
    void dictsInThemselvesAndKeysOfNoneAreNoNetwork() {
        for (String pickle : new String[] {"\u0080\u0002}q\u0000(X\u0001\u0000\u0000\u0000ah\u0000u.",
            "\u0080\u0002}q\u0000(N}u."}) {
            Path pt = directory.resolve("odd.pt");
            try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(pt))) {
                zip.putNextEntry(new ZipEntry("archive/data.pkl"));
                zip.write(pickle.getBytes(StandardCharsets.ISO_8859_1));
                zip.closeEntry();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            assertThatThrownBy(() -> FlowModelFile.readNetwork(pt)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            pt + ": no tensor 'input_proj.weight' under any prefix, so it holds no velocity network");
        }
    }
}
