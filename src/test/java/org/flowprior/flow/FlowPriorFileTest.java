package org.flowprior.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.target.AveragePooling;
import org.flowprior.target.IdentityProjection;
import org.flowprior.target.RandomProjection;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.TensorFiles;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class FlowPriorFileTest {

    private static final Map<String, String> PROVENANCE = Map.of("bank", "model.embed_tokens.weight", "steps", "1000",
            "weights", "ema", "flowprior", "0.1.0");

    @TempDir
    private Path directory;
    private Path file;
    private VelocityNetwork network;

    @BeforeEach
    void open() {
        file = directory.resolve("prior.safetensors");
        network = HashFill.network(new VelocityNetwork.Config(4, 0, 2, 8), DType.FLOAT32);
    }

    @AfterEach
    void close() {
        network.close();
    }

    private void write(double scaling) {
        try (RandomProjection projection = RandomProjection.official(8, 4)) {
            FlowPriorFile.write(file, network.stateDict(), TimeConvention.PAPER, projection, scaling, PROVENANCE);
        }
    }

    private void assertSameWeights(FlowPrior read) {
        Map<String, Tensor> expected = network.stateDict();
        read.model().network().stateDict().forEach((key, tensor) -> assertThat(tensor.toFloatArray()).as(key)
                .containsExactly(expected.get(key).toFloatArray()));
        assertThat(read.model().isFrozen()).isTrue();
    }

    @Test
    void aPriorComesBackWhole() {
        write(64.0511);
        Tensor features = HashFill.input(1, 5, 8, DType.FLOAT32);
        Path again = directory.resolve("again.safetensors");
        try (FlowPrior read = FlowPrior.read(file)) {
            assertSameWeights(read);
            assertThat(read.model().convention()).isEqualTo(TimeConvention.PAPER);
            assertThat(read.scaling()).isEqualTo(64.0511);
            assertThat(read.provenance()).isEqualTo(PROVENANCE);
            assertThat(read.dimension()).isEqualTo(4);
            assertThat(((RandomProjection) read.projection()).seed()).isEqualTo(42);
            float[] targets = read.target(features).toFloatArray();
            try (RandomProjection projection = RandomProjection.official(8, 4)) {
                assertThat(targets).containsExactly(projection.apply(features.mul(64.0511)).toFloatArray());
            }
            read.forBf16().write(again);
            read.write(file);
        }
        assertThat(again).hasSameBinaryContentAs(file);
    }

    @Test
    void theFileHasTheOfficialKeysAndSaysWhereItComesFrom() {
        write(2);
        List<String> keys = Safetensors.header(file).tensors().stream().map(TensorFiles.Entry::name).toList();
        List<String> expected = network.stateDict().keySet().stream().map(key -> "net." + key).toList();
        assertThat(keys).containsAll(expected).contains("projection.weight").hasSize(expected.size() + 1);
        assertThat(Safetensors.header(file).metadata()).containsEntry("timeConvention", "paper")
                .containsEntry("scaling", "2.0").containsEntry("projection.kind", "random")
                .containsEntry("projection.seed", "42").containsEntry("provenance.bank", "model.embed_tokens.weight");
        assertThat(TensorFiles.list(file).stream().map(TensorFiles.Entry::toString))
                .contains("__metadata__.provenance.weights = ema", "__metadata__.scaling = 2.0");
        try (FlowModel model = FlowModelFile.read(file, TimeConvention.OFFICIAL)) {
            assertThat(model.convention()).isEqualTo(TimeConvention.PAPER);
        }
    }

    @Test
    void aProjectionWithoutTensorsComesBack() {
        try (FlowPrior prior = new FlowPrior(new FlowModel(network(), TimeConvention.OFFICIAL).freeze(),
                new AveragePooling(12, 4), 1, Map.of())) {
            prior.write(file);
        }
        try (FlowPrior read = FlowPrior.read(file)) {
            assertThat(read.projection()).isInstanceOf(AveragePooling.class);
            assertThat(read.projection().inputs()).isEqualTo(12);
        }
    }

    private VelocityNetwork network() {
        return HashFill.network(network.config(), DType.FLOAT32);
    }

    @Test
    void aPlainModelFileIsAPriorWithoutProjection() {
        FlowModelFile.write(file, new FlowModel(network, TimeConvention.PAPER));
        try (FlowPrior read = FlowPrior.read(file)) {
            assertSameWeights(read);
            assertThat(read.model().convention()).isEqualTo(TimeConvention.PAPER);
            assertThat(read.projection()).isEqualTo(new IdentityProjection(4));
            assertThat(read.scaling()).isEqualTo(1);
            assertThat(read.provenance()).isEmpty();
            read.withProjection(RandomProjection.official(8, 4), 3);
            assertThat(read.target(Torch.ones(2, 8)).shape()).containsExactly(2, 4);
        }
    }

    /**
     * The container of the official flow-head training (spec 1.3): the average is preferred, then model, then
     * state_dict.
     */
    @Test
    void theOfficialCheckpointIsReadInItsOrderOfEntriesAndConvention() {
        Path checkpoint = directory.resolve("0010000.pt");
        Map<String, Object> content = new LinkedHashMap<>();
        for (String entry : List.of("state_dict", "model", "ema")) {
            content.clear();
            content.put("steps", 10_000L);
            content.put("optimizer", Map.of("state", Map.of(0L, Map.of("exp_avg", Torch.ones(2)))));
            for (String other : List.of("model", "state_dict").subList(0, entry.equals("ema") ? 2 : 0)) {
                content.put(other, state(0.5));
            }
            content.put(entry, state(1));
            PtFile.write(checkpoint, content);
            try (FlowPrior read = FlowPrior.read(checkpoint)) {
                assertSameWeights(read);
                assertThat(read.model().convention()).isEqualTo(TimeConvention.OFFICIAL);
                assertThat(read.projection().inputs()).isEqualTo(4);
            }
        }
        try (FlowPrior read = FlowPrior.read(checkpoint, TimeConvention.PAPER)) {
            assertThat(read.model().convention()).isEqualTo(TimeConvention.PAPER);
        }
    }

    private Map<String, Tensor> state(double factor) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        state.put("flow_loss.moving_avg", Torch.zeros());
        network.stateDict().forEach((key, tensor) -> state.put("flow_loss.net." + key, tensor.detach().mul(factor)));
        return state;
    }

    @Test
    void readingLeavesTheRandomNumbersAndNoTensorsBehind() {
        write(1);
        try (Generator generator = Generator.defaultOf(org.flowprior.torch.Device.CPU)) {
            generator.manualSeed(3);
            float[] expected = Torch.randn(4).toFloatArray();
            generator.manualSeed(3);
            long before = Memory.liveTensors();
            FlowPrior.read(file).forBf16().close();
            assertThat(Memory.liveTensors()).isEqualTo(before);
            assertThat(Torch.randn(4).toFloatArray()).containsExactly(expected);
        }
    }

    @Test
    void whatIsWrongWithAFileIsSaidInOneLine() {
        write(1);
        Map<String, String> metadata = Safetensors.header(file).metadata();
        Map<String, Tensor> tensors = Safetensors.load(file);
        refuse(tensors, changed(metadata, "scaling", "much"), "scaling = 'much'");
        refuse(tensors, changed(metadata, "scaling", "-1.0"), "positive");
        refuse(tensors, changed(metadata, "projection.kind", "magic"), "magic");
        refuse(tensors, changed(metadata, "timeConvention", "sideways"), "sideways");
        Map<String, Tensor> without = new LinkedHashMap<>(tensors);
        without.remove("projection.weight");
        refuse(without, metadata, "projection.weight");
        Map<String, Tensor> wider = new LinkedHashMap<>(tensors);
        wider.put("projection.weight", Torch.ones(5, 8));
        refuse(wider, changed(metadata, "projection.outputs", "5"), "gives 5 channels");
        refuse(Map.of("weight", Torch.ones(1)), Map.of(), "no velocity network");
        try (VelocityNetwork head = new VelocityNetwork(new VelocityNetwork.Config(4, 3, 1, 8))) {
            refuse(head.stateDict(), Map.of(), "condition");
        }
    }

    private void refuse(Map<String, Tensor> tensors, Map<String, String> metadata, String reason) {
        Path bad = directory.resolve("bad.safetensors");
        Safetensors.write(bad, tensors, metadata);
        long before = Memory.liveTensors();
        assertThatThrownBy(() -> FlowPrior.read(bad)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(bad.toString()).hasMessageContaining(reason).hasMessageNotContaining("\n");
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    private static Map<String, String> changed(Map<String, String> metadata, String key, String value) {
        Map<String, String> changed = new LinkedHashMap<>(metadata);
        changed.put(key, value);
        return changed;
    }
}
