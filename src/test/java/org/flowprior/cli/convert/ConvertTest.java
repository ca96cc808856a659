package org.flowprior.cli.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.SoftVqBottleneck;
import org.flowprior.cli.Main;
import org.flowprior.fixtures.Resources;
import org.flowprior.fixtures.VelocityFill;
import org.flowprior.flow.FlowModel;
import org.flowprior.flow.FlowModelFile;
import org.flowprior.flow.TimeConvention;
import org.flowprior.flow.VelocityNetwork;
import org.flowprior.generate.GeneratorFixture;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarConfig;
import org.flowprior.mar.MarFile;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

@InScope
class ConvertTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;
    private Path weights;
    private Path pt;
    private Path back;

    @BeforeEach
    void choosePlaces() {
        weights = directory.resolve("weights.safetensors");
        pt = directory.resolve("weights.pt");
        back = directory.resolve("back.safetensors");
    }

    private int run(Object... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        List<String> all = new ArrayList<>(List.of("convert"));
        Stream.of(args).map(Object::toString).forEach(all::add);
        return Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
    }

    private void convert(Object... args) {
        assertThat(run(args)).as(err.toString()).isZero();
        assertThat(err.toString()).isEmpty();
    }

    private static void assertSame(Map<String, Tensor> found, Map<String, Tensor> expected) {
        assertThat(found.keySet()).containsExactlyInAnyOrderElementsOf(expected.keySet());
        expected.forEach((key, tensor) -> assertThat(tensor.equal(found.get(key))).as(key).isTrue());
    }

    private void assertRefused(String message, Object... args) {
        assertThat(run(args)).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void anAutoencoderKeepsWeightsAndOptionsBothWays() {
        VisionTransformerConfig encoder = new VisionTransformerConfig(32, 8, 128, 1, 2, 256, MlpType.GELU, 0, true);
        VisionTransformerConfig decoder = new VisionTransformerConfig(32, 8, 64, 1, 1, 128, MlpType.GELU, 0, true);
        AutoencoderConfig config = AutoencoderConfig.of(encoder, decoder, 4, 6)
                .withBottleneck(new SoftVqBottleneck.Options(2, 8, 0.25, true, 0.01));
        try (Generator generator = Generator.seeded(1); Autoencoder written = new Autoencoder(config, generator)) {
            AutoencoderFile.write(weights, written);
            convert(weights, "--out", pt);
            assertThat(out.toString()).contains("entries   model, ema, args");
            for (String entry : List.of("model", "ema")) {
                assertSame(PtFile.readStateDict(pt, entry), written.stateDict());
            }
            assertThat(((Map<?, ?>) PtFile.read(pt)).get("args")).isEqualTo(Map.of("tau", 0.25));
            assertThat(AutoencoderFile.config(pt)).isEqualTo(config);

            convert(pt, "--out", back);
            assertThat(out.toString()).contains("entry    ema");
            assertSame(Safetensors.read(back), written.stateDict());
            assertThat(AutoencoderFile.config(back)).isEqualTo(config);
            Path again = directory.resolve("again.pth");
            convert(back, "--out", again);
            assertThat(AutoencoderFile.config(again)).isEqualTo(config);
        }
    }

    @Test
    void aGeneratorHasWeightsAndAveragesInOneStorage() {
        try (Mar mar = GeneratorFixture.mar(new MarConfig.Head.Flow(1, 16, 1))) {
            MarFile.write(weights, mar.config(), mar.stateDict(), Map.of(MarFile.SCALING, "0.5"));
            convert(weights, "--out", pt);
            assertThat(out.toString()).contains("entries   model, model_ema").contains("left out  metadata mar");
            Map<String, Tensor> averages = PtFile.readStateDict(pt, "model_ema");
            assertSame(averages, mar.stateDict());
            Map<?, ?> root = (Map<?, ?>) PtFile.read(pt);
            averages.keySet().forEach(key -> assertThat(address(root, "model", key))
                    .isEqualTo(address(root, "model_ema", key)));
        }
    }

    private static long address(Map<?, ?> root, String entry, String key) {
        return ((Tensor) ((Map<?, ?>) root.get(entry)).get(key)).storageAddress();
    }

    @Test
    void aPriorGetsTheKeysOfItsTime() {
        try (VelocityNetwork network = VelocityFill.network(new VelocityNetwork.Config(4, 0, 2, 8), DType.FLOAT32)) {
            FlowModelFile.write(weights, new FlowModel(network, TimeConvention.OFFICIAL));
            convert(weights, "--out", pt);
            Map<String, Tensor> expected = new LinkedHashMap<>();
            network.stateDict().forEach((key, tensor) -> expected.put("flow_loss.net." + key, tensor));
            assertSame(PtFile.readStateDict(pt, "ema"), expected);
            assertSame(PtFile.readStateDict(pt, "model"), expected);

            FlowModelFile.write(weights, new FlowModel(network, TimeConvention.PAPER));
            Path toy = directory.resolve("flow_model.pt");
            convert(weights, "--out", toy);
            assertThat(PtFile.readStateDict(toy)).containsKey("net.input_proj.weight");
            try (VelocityNetwork read = FlowModelFile.readNetwork(toy)) {
                assertSame(read.stateDict(), network.stateDict());
            }
        }
    }

    @Test
    void otherTensorsStayBare() {
        Map<String, Tensor> tensors = Map.of("a", Torch.arange(5), "b.c", Torch.ones(2, 3));
        Safetensors.write(weights, tensors);
        convert(weights, "--out", pt);
        assertSame(PtFile.readStateDict(pt), tensors);
        convert(pt, "--out", back);
        assertThat(out.toString()).contains("the whole file");
        assertSame(Safetensors.read(back), tensors);
    }

    /** {@code ruamel.pt} of official_files.py, which PyTorch wrote. */
    @Test
    void anOfficialCheckpointBecomesSafetensors() {
        Path official = Resources.path("torch/io/ruamel.pt");
        for (String entry : List.of("ema", "model")) {
            Path made = directory.resolve(entry + ".safetensors");
            convert(official, "--entry", entry, "--out", made);
            assertThat(Safetensors.read(made).get("weight").toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(Safetensors.header(made).metadata()).containsEntry("entry", entry);
            assertThat(Safetensors.header(made).metadata().get("args")).contains("\"tau\":0.2", "\"flag\":true");
        }
    }

    @Test
    @EnabledIfEnvironmentVariable(named = "FLOWPRIOR_PYTHON", matches = ".+")
    void pytorchLoadsBothDirections() throws Exception {
        try (Mar mar = GeneratorFixture.mar(new MarConfig.Head.Flow(1, 16, 1))) {
            MarFile.write(weights, mar);
        }
        assertPythonAgrees("model", "model_ema");
        Files.delete(pt);
        Files.delete(back);
        Safetensors.write(weights, Map.of("a", Torch.arange(5), "half", Torch.ones(2, 3).to(DType.BFLOAT16)));
        assertPythonAgrees();
    }

    private void assertPythonAgrees(String... entries) throws Exception {
        convert(weights, "--out", pt);
        convert(pt, "--out", back);
        List<String> words = new ArrayList<>(List.of(System.getenv("FLOWPRIOR_PYTHON"), "tools/oracle/convert.py",
                weights.toString(), pt.toString(), back.toString()));
        words.addAll(List.of(entries));
        Process python = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(python.getInputStream().readAllBytes());
        assertThat(python.waitFor()).as(said).isZero();
    }

    @Test
    void wrongRequestsAreNamedAndWriteNothing() throws Exception {
        Safetensors.write(weights, Map.of("a", Torch.ones(2)));
        Path official = Resources.path("torch/io/ruamel.pt");
        assertRefused("safetensors become a .pt or .pth", weights, "--out", back);
        assertRefused("a .pt becomes a .safetensors", official, "--out", pt);
        assertRefused("--entry goes with a .pt", weights, "--out", pt, "--entry", "ema");
        assertRefused("has no entry 'x'", official, "--out", back, "--entry", "x");
        assertRefused("no such file", directory.resolve("none.pt"), "--out", back);
        assertRefused("its directory does not exist", weights, "--out", directory.resolve("x/y.pt"));
        Files.writeString(pt, "old");
        assertRefused("exists already", weights, "--out", pt);
        assertThat(pt).hasContent("old");
        assertThat(back).doesNotExist();
    }
}
