package org.flowprior.cli.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.AutoencoderConfig;
import org.flowprior.autoencoder.AutoencoderFile;
import org.flowprior.autoencoder.Bottleneck;
import org.flowprior.autoencoder.IdentityBottleneck;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.autoencoder.Repa;
import org.flowprior.autoencoder.SoftVqBottleneck;
import org.flowprior.autoencoder.VqBottleneck;
import org.flowprior.cli.Main;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.Module;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The forward modules of the autoencoder and of its bottlenecks. */
@InScope
class AutoencoderModulesTest {

    private static final List<String> MODULES = List.of("vit-encoder", "vit-decoder", "autoencoder", "bottleneck-none",
            "bottleneck-kl", "bottleneck-soft-vq", "bottleneck-vq");
    private static final List<String> WITHOUT_WEIGHTS = List.of("bottleneck-none", "bottleneck-kl");

    @TempDir
    private Path directory;
    private NoGrad noGrad;
    private Generator generator;
    private Path weights;
    private Path input;
    private Path output;
    private String errors;
    private String printed;

    @BeforeEach
    void open() {
        noGrad = new NoGrad();
        generator = Generator.seeded(3);
        weights = directory.resolve("weights.safetensors");
        input = directory.resolve("in.safetensors");
        output = directory.resolve("out.safetensors");
    }

    @AfterEach
    void close() {
        generator.close();
        noGrad.close();
    }

    private static AutoencoderConfig tiny() {
        VisionTransformerConfig sizes = new VisionTransformerConfig(16, 8, 12, 1, 3, 24, MlpType.GELU, 0, true);
        return AutoencoderConfig.of(sizes, sizes, 4, 6);
    }

    /** Written to the weights' file, in evaluation mode. */
    private Autoencoder written(AutoencoderConfig config) {
        Autoencoder autoencoder = new Autoencoder(config, generator);
        autoencoder.parameters().forEach(p -> p.normal_(0, 0.3, generator));
        AutoencoderFile.write(weights, autoencoder);
        autoencoder.eval();
        return autoencoder;
    }

    private int run(String module, String... more) {
        List<String> arguments = new ArrayList<>(List.of("forward", module, "--input", input.toString(), "--output",
                output.toString(), "--threads", "1"));
        if (!WITHOUT_WEIGHTS.contains(module)) {
            arguments.addAll(List.of("--weights", weights.toString()));
        }
        arguments.addAll(List.of(more));
        return flowprior(arguments.toArray(String[]::new));
    }

    private int flowprior(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
        printed = out.toString();
        errors = err.toString();
        return code;
    }

    private Map<String, Tensor> outputs(String module, Map<String, Tensor> inputs, String json) throws IOException {
        Safetensors.write(input, inputs);
        Path config = directory.resolve("config.json");
        Files.writeString(config, json);
        assertThat(run(module, "--config", config.toString())).as(() -> errors).isZero();
        return Safetensors.load(output);
    }

    private Tensor images() {
        return Torch.randn(new long[] {2, 3, 16, 16}, generator);
    }

    private static void assertClose(Tensor actual, Tensor expected) {
        assertThat(actual.shape()).containsExactly(expected.shape());
        assertThat(actual.flatten().toFloatArray()).containsExactly(expected.flatten().toFloatArray(), within(1e-5f));
    }

    @Test
    void theEncoderGivesTokensAndWhatTheBottleneckTakes() throws IOException {
        try (Autoencoder autoencoder = written(tiny().withBottleneck(KlBottleneck.Options.OFFICIAL))) {
            Tensor images = images();
            Map<String, Tensor> outputs = outputs("vit-encoder", Map.of("images", images), "{}");
            assertThat(outputs).containsOnlyKeys("tokens", "encoded");
            assertClose(outputs.get("tokens"), autoencoder.encoder().forward(images));
            assertClose(outputs.get("encoded"), autoencoder.encoded(images));
        }
    }

    @Test
    void theDecoderGivesImages() throws IOException {
        try (Autoencoder autoencoder = written(tiny())) {
            Tensor z = Torch.randn(new long[] {2, 4, 6}, generator);
            Map<String, Tensor> outputs = outputs("vit-decoder", Map.of("z", z), "{}");
            assertThat(outputs).containsOnlyKeys("images");
            assertClose(outputs.get("images"), autoencoder.decode(z));
        }
    }

    @Test
    void anAutoencoderGivesLatentsReconstructionAndLosses() throws IOException {
        AutoencoderConfig config = tiny().withBottleneck(new SoftVqBottleneck.Options(2, 5, 0.1, true, 0.01))
                .withRepa(new Repa.Options(tiny().encoder(), 7, 0.1, Repa.Align.AVG_1D_SHUFFLE));
        try (Autoencoder autoencoder = written(config)) {
            Tensor images = images();
            Tensor permutation = Tensor.of(new long[] {2, 0, 3, 1});
            Map<String, Tensor> outputs = outputs("autoencoder", Map.of("images", images), "{}");
            assertThat(outputs).containsOnlyKeys("reconstruction", "latents", "codes");
            autoencoder.train();
            Autoencoder.Output expected = autoencoder.forward(images, new Autoencoder.Draws(null, permutation));
            assertClose(outputs.get("reconstruction"), expected.reconstruction());
            outputs = outputs("autoencoder", Map.of("images", images, "permutation", permutation),
                    "{\"training\": true}");
            assertThat(outputs).containsOnlyKeys("reconstruction", "latents", "codes", "loss.entropy", "loss.repa");
            assertClose(outputs.get("loss.repa"), expected.losses().get("repa"));
            assertClose(outputs.get("codes"), expected.codes().to(outputs.get("codes").dtype()));
        }
    }

    @Test
    void anAutoencoderWithKlTakesNoise() throws IOException {
        try (Autoencoder autoencoder = written(tiny().withBottleneck(KlBottleneck.Options.OFFICIAL))) {
            Tensor images = images();
            Tensor noise = Torch.randn(new long[] {2, 4, 6}, generator);
            Autoencoder.Output expected = autoencoder.forward(images, new Autoencoder.Draws(noise, null));
            Map<String, Tensor> outputs = outputs("autoencoder", Map.of("images", images, "noise", noise), "{}");
            assertThat(outputs).containsOnlyKeys("reconstruction", "latents", "loss.kl");
            assertClose(outputs.get("latents"), expected.latents());
            assertClose(outputs.get("loss.kl"), expected.losses().get("kl"));
            assertClose(outputs("autoencoder", Map.of("images", images), "{}").get("latents"),
                    autoencoder.encode(images));
        }
    }

    @Test
    void bottlenecksWithoutWeights() throws IOException {
        Tensor encoded = Torch.randn(new long[] {2, 4, 6}, generator);
        Bottleneck standardizing = new IdentityBottleneck.Options(true).create(6, null);
        assertClose(outputs("bottleneck-none", Map.of("encoded", encoded), "{}").get("z"), encoded);
        assertClose(outputs("bottleneck-none", Map.of("encoded", encoded), "{\"standardize\": true}").get("z"),
                standardizing.mode(encoded));
        Tensor noise = Torch.randn(new long[] {2, 4, 3}, generator);
        Bottleneck.Output expected = new KlBottleneck.Options(0.5).create(3, null)
                .apply(encoded, new Autoencoder.Draws(noise, null), true);
        Map<String, Tensor> outputs = outputs("bottleneck-kl", Map.of("encoded", encoded, "noise", noise),
                "{\"weight\": 0.5}");
        assertThat(outputs).containsOnlyKeys("z", "kl");
        assertClose(outputs.get("z"), expected.z());
        assertClose(outputs.get("kl"), expected.losses().get("kl"));
    }

    @Test
    void bottlenecksWithACodebook() throws IOException {
        Tensor encoded = Torch.randn(new long[] {2, 4, 6}, generator);
        compare("bottleneck-soft-vq", new SoftVqBottleneck.Options(2, 5, 0.2, true, 0.1), encoded,
                "{\"temperature\": 0.2, \"entropyWeight\": 0.1}");
        compare("bottleneck-vq", new VqBottleneck.Options(5, false, 0.5, 0.1), encoded,
                "{\"normalize\": false, \"commitment\": 0.5, \"entropyWeight\": 0.1}");
    }

    private void compare(String module, Bottleneck.Options options, Tensor encoded, String config) throws IOException {
        try (Autoencoder autoencoder = written(tiny().withBottleneck(options))) {
            Bottleneck.Output expected = autoencoder.bottleneck().apply(encoded, Autoencoder.Draws.NONE, true);
            Map<String, Tensor> inPlace = outputs(module, Map.of("encoded", encoded), config);
            Safetensors.write(weights, ((Module) autoencoder.bottleneck()).stateDict());
            for (Map<String, Tensor> outputs : List.of(inPlace, outputs(module, Map.of("encoded", encoded), config))) {
                Map<String, Tensor> losses = new HashMap<>(outputs);
                assertClose(losses.remove("z"), expected.z());
                assertClose(losses.remove("codes"), expected.codes().to(encoded.dtype()));
                assertThat(losses.keySet()).isEqualTo(expected.losses().keySet());
                losses.forEach((name, loss) -> assertClose(loss, expected.losses().get(name)));
            }
        }
    }

    @Test
    void inputsAndFilesThatDoNotFitAreRefusedInOneLine() {
        try (Autoencoder autoencoder = written(tiny())) {
            Safetensors.write(input, Map.of("images", Torch.zeros(1, 3, 8, 8), "z", Torch.zeros(1, 4, 5),
                    "encoded", Torch.zeros(1, 4, 5)));
            assertRefused("vit-encoder", "wanted is [any, 3, 16, 16]");
            assertRefused("vit-decoder", "wanted is [any, 4, 6]");
            assertRefused("autoencoder", "wanted is [any, 3, 16, 16]");
            assertRefused("bottleneck-kl", "an even number");
            assertRefused("bottleneck-vq", "no tensor 'quantize.embedding.weight'");
            assertThat(autoencoder.config()).isEqualTo(tiny());
        }
        Safetensors.write(weights, Map.of("embedding", Torch.zeros(3, 5, 5)));
        assertRefused("bottleneck-soft-vq", "3 codebooks");
    }

    private void assertRefused(String module, String reason) {
        assertThat(run(module)).isEqualTo(2);
        assertThat(errors).contains(reason).hasLineCount(1);
    }

    @Test
    void everyModuleExplainsItself() {
        for (String module : MODULES) {
            assertThat(flowprior("forward", module, "--help")).isZero();
            assertThat(printed).contains("Input", "Output", "Config:", "dtype", "Example:",
                    "flowprior forward " + module);
        }
    }

    @Test
    void nothingIsLeftBehind() throws IOException {
        written(tiny()).close();
        Map<String, Tensor> inputs = Map.of("images", images());
        outputs("autoencoder", inputs, "{}").values().forEach(Tensor::close);
        long before = Memory.liveTensors();
        outputs("autoencoder", inputs, "{}").values().forEach(Tensor::close);
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
