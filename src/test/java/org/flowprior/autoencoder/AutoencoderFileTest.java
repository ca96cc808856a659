package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.flowprior.config.MetadataText;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@InScope
class AutoencoderFileTest {

    @TempDir
    private Path directory;
    private Generator generator;

    @BeforeEach
    void open() {
        generator = Generator.seeded(1);
    }

    @AfterEach
    void close() {
        generator.close();
    }

    private static VisionTransformerConfig tiny(int width, int heads) {
        return new VisionTransformerConfig(32, 8, width, 1, heads, 2 * width, MlpType.GELU, 0, true);
    }

    /** Of heads of 64 channels, as official files are taken to have. */
    private static AutoencoderConfig official() {
        return AutoencoderConfig.of(tiny(128, 2), tiny(64, 1), 4, 6);
    }

    static Stream<AutoencoderConfig> kinds() {
        AutoencoderConfig conv = AutoencoderConfig.of(tiny(64, 1), tiny(64, 1).withGrid(32, 16), 4, 6);
        return Stream.of(official(), official().withBottleneck(KlBottleneck.Options.OFFICIAL),
                official().withBottleneck(new SoftVqBottleneck.Options(2, 8, 0.07, true, 0.01))
                        .withRepa(new Repa.Options(tiny(64, 1).withRegisters(4), 8, 0.1, Repa.Align.REPEAT)),
                official().withBottleneck(new VqBottleneck.Options(9, true, 0.25, 0)),
                official().withToPixel(ToPixelKind.SIREN), conv.withToPixel(ToPixelKind.CONV),
                official().withToPixel(ToPixelKind.IDENTITY));
    }

    private static void assertSame(Autoencoder actual, Autoencoder expected) {
        assertThat(actual.config()).isEqualTo(expected.config());
        Map<String, Tensor> state = actual.stateDict();
        assertThat(state.keySet()).containsExactlyElementsOf(expected.stateDict().keySet());
        expected.stateDict().forEach((key, tensor) -> assertThat(tensor.equal(state.get(key))).as(key).isTrue());
        assertThat(actual.isTraining()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void sizesAndKindAreReadFromOfficialWeights(AutoencoderConfig config) {
        Path file = directory.resolve("0250000.pt");
        try (Autoencoder written = new Autoencoder(config, generator)) {
            AutoencoderFile.writePt(file, written.stateDict());
            assertThat(PtFile.readStateDict(file, "model").keySet())
                    .containsExactlyElementsOf(written.stateDict().keySet());
            try (Autoencoder read = Autoencoder.read(file)) {
                assertSame(read, written);
            }
            assertThat(AutoencoderFile.config(file)).isEqualTo(config);
        }
    }

    /** The official script leaves its options in {@code args}; what the caller changes goes before them. */
    @Test
    void optionsOfTheArgumentsAreUsed() {
        Path file = directory.resolve("0250000.pt");
        Bottleneck.Options soft = new SoftVqBottleneck.Options(2, 8, 0.07, true, 0.01);
        Map<String, Object> arguments = Map.of("tau", 0.2, "std_latents", true);
        for (Bottleneck.Options shown : List.of(soft, new IdentityBottleneck.Options(false))) {
            try (Autoencoder written = new Autoencoder(official().withBottleneck(shown), generator)) {
                PtFile.write(file, Map.of("ema", new LinkedHashMap<>(written.stateDict()), "args", arguments));
            }
            Bottleneck.Options stated = shown == soft ? new SoftVqBottleneck.Options(2, 8, 0.2, true, 0.01)
                    : new IdentityBottleneck.Options(true);
            assertThat(AutoencoderFile.config(file).bottleneck()).isEqualTo(stated);
            try (Autoencoder read = Autoencoder.read(file);
                    Autoencoder given = Autoencoder.read(file, config -> config.withBottleneck(shown))) {
                assertThat(read.config().bottleneck()).isEqualTo(stated);
                assertThat(given.config().bottleneck()).isEqualTo(shown);
            }
        }
    }

    @Test
    void theLineOnArgumentsNamesOnlyWhatTheyChange() {
        Path file = directory.resolve("0250000.pt");
        try (Autoencoder written = new Autoencoder(official().withBottleneck(new IdentityBottleneck.Options(false)),
                generator)) {
            PtFile.write(file, Map.of("ema", new LinkedHashMap<>(written.stateDict()), "args",
                    Map.of("std_latents", true)));
        }
        List<String> lines = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord line) {
                lines.add(line.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("org.flowprior.torch.nn");
        logger.addHandler(handler);
        try {
            AutoencoderFile.config(file);
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(lines).containsExactly(file + ": used from its args: bottleneck = Options[standardize=true]");
    }

    @Test
    void theWindowOfUsedCodesIsOptional() {
        Path file = directory.resolve("0250000.pt");
        for (Bottleneck.Options kind : List.of(new SoftVqBottleneck.Options(2, 8, 0.07, true, 0.01),
                new VqBottleneck.Options(9, true, 0.25, 0))) {
            try (Autoencoder written = new Autoencoder(official().withBottleneck(kind), generator)) {
                Map<String, Tensor> state = new LinkedHashMap<>(written.stateDict());
                assertThat(state.remove("quantize.codebook_used")).isNotNull();
                AutoencoderFile.writePt(file, state);
                try (Autoencoder read = Autoencoder.read(file)) {
                    assertSame(read, written);
                }
            }
        }
    }

    @Test
    void whatIsWrittenTellsWhatWeightsDoNot() {
        Path file = directory.resolve("autoencoder.safetensors");
        List<AutoencoderConfig> configs = List.of(
                AutoencoderConfig.of(tiny(24, 3).withMlp(MlpType.GELU_TANH), tiny(20, 2), 4, 6)
                        .withBottleneck(new IdentityBottleneck.Options(true)),
                official().withBottleneck(new KlBottleneck.Options(1e-3)),
                official().withBottleneck(new VqBottleneck.Options(9, false, 0.5, 0.2)),
                official().withBottleneck(new SoftVqBottleneck.Options(4, 8, 0.5, false, 0.2))
                        .withRepa(new Repa.Options(tiny(64, 1), 8, 0.3, Repa.Align.AVG_1D_SHUFFLE)));
        for (AutoencoderConfig config : configs) {
            try (Autoencoder written = new Autoencoder(config, generator)) {
                AutoencoderFile.write(file, written);
                try (Autoencoder read = Autoencoder.read(file)) {
                    assertSame(read, written);
                }
            }
        }
    }

    @Test
    void theAveragesOfAnOfficialCheckpointComeFirst() {
        try (Autoencoder averages = new Autoencoder(official(), generator);
                Autoencoder weights = new Autoencoder(official(), generator)) {
            Map<String, Tensor> wrapped = new LinkedHashMap<>();
            averages.stateDict().forEach((key, tensor) -> wrapped.put("module._orig_mod." + key, tensor));
            wrapped.put("flow_loss.net.input_proj.weight", Torch.zeros(2, 2));
            Map<String, Object> checkpoint = new LinkedHashMap<>();
            checkpoint.put("model", weights.stateDict());
            checkpoint.put("ema", wrapped);
            checkpoint.put("steps", 7L);
            Path file = directory.resolve("checkpoint.pt");
            Map<String, Object> hub = Map.of("state_dict", averages.stateDict(), "epoch", 1L);
            for (Object content : List.of(checkpoint, hub, wrapped)) {
                PtFile.write(file, content);
                try (Autoencoder read = Autoencoder.read(file)) {
                    assertSame(read, averages);
                }
            }
            PtFile.write(file, Map.of("model", weights.stateDict(), "ema", Map.of()));
            try (Autoencoder read = Autoencoder.read(file)) {
                assertSame(read, weights);
            }
            Safetensors.write(file, averages.stateDict());
            try (Autoencoder read = Autoencoder.read(file)) {
                assertSame(read, averages);
            }
        }
    }

    @Test
    void theAlignmentCanBeLeftAway() {
        Path file = directory.resolve("autoencoder.pt");
        AutoencoderConfig config = official().withRepa(new Repa.Options(tiny(64, 1), 8, 0.1, Repa.Align.REPEAT));
        try (Autoencoder written = new Autoencoder(config, generator)) {
            AutoencoderFile.writePt(file, written.stateDict());
            try (Autoencoder read = Autoencoder.read(file, c -> c.withRepa(null))) {
                assertThat(read.config()).isEqualTo(official());
                assertThat(read.parameterCount()).isEqualTo(official().parameterCount());
            }
        }
    }

    @Test
    void publishedBackbonesAreResampledIntoPlace() {
        VisionTransformerConfig published = tiny(128, 2).withGrid(36, 6);
        AutoencoderConfig config = official().withRepa(new Repa.Options(tiny(128, 2), 8, 0.1, Repa.Align.REPEAT));
        Path file = directory.resolve("dinov2.safetensors");
        try (VisionTransformer backbone = new VisionTransformer(published, generator);
                Autoencoder autoencoder = new Autoencoder(config, generator);
                VisionTransformer expected = new VisionTransformer(tiny(128, 2), generator)) {
            Safetensors.write(file, backbone.stateDict());
            autoencoder.encoder().model().load(file);
            autoencoder.repa().model().load(file);
            expected.load(file);
            Map<String, Tensor> state = autoencoder.stateDict();
            expected.stateDict().forEach((key, tensor) -> {
                assertThat(state.get("encoder.model." + key).equal(tensor)).as(key).isTrue();
                assertThat(state.get("repa_model." + key).equal(tensor)).as(key).isTrue();
            });
            assertThat(state.get("encoder.model.norm.weight").requiresGrad()).isTrue();
            assertThat(state.get("repa_model.norm.weight").requiresGrad()).isFalse();
            assertThatThrownBy(() -> autoencoder.decoder().model().load(file))
                    .hasMessageContaining("dinov2.safetensors");
        }
    }

    @Test
    void readingMovesNoRandomNumbersAndLeavesNoTensors() {
        Path file = directory.resolve("autoencoder.safetensors");
        try (Autoencoder written = new Autoencoder(official(), generator)) {
            AutoencoderFile.write(file, written);
        }
        try (Generator shared = Generator.defaultOf(Device.CPU)) {
            Tensor before = shared.state();
            long live = Memory.liveTensors();
            Autoencoder.read(file).close();
            AutoencoderFile.config(file);
            assertThat(Memory.liveTensors()).isEqualTo(live);
            assertThat(shared.state().equal(before)).isTrue();
        }
    }

    @Test
    void contentThatIsNoAutoencoderIsNamed() throws IOException {
        Path file = directory.resolve("wrong.pt");
        try (Autoencoder written = new Autoencoder(official(), generator)) {
            Map<String, Tensor> state = written.stateDict();
            state.remove("decoder.mask_token");
            PtFile.write(file, state);
            assertRefused(file, "decoder.mask_token");
            state = written.stateDict();
            state.put("quant_conv.weight", Torch.zeros(7, 128));
            PtFile.write(file, state);
            assertRefused(file, "'quant_conv.weight' gives 7 channels");
            state.put("encoder.latent_tokens", Torch.zeros(4));
            PtFile.write(file, state);
            assertRefused(file, "encoder.latent_tokens");
            state = written.stateDict();
            state.put("encoder.model.cls_token", Torch.zeros(1, 1, 1 << 20));
            PtFile.write(file, state);
            assertRefused(file, "an autoencoder of these sizes has more");
            String metadata = MetadataText.of(official());
            for (String damaged : List.of("{", "[]", "{}", metadata.replace("identity", "none"),
                    metadata.replace("\"latentTokens\":4", "\"latentTokens\":0"),
                    metadata.replace("\"width\":128", "\"width\":-128"), metadata.replace("LINEAR", "ROUND"))) {
                Safetensors.write(file, written.stateDict(), Map.of("autoencoder", damaged));
                assertRefused(file, "'autoencoder' holds no autoencoder's config");
            }
            Safetensors.write(file, written.stateDict(), Map.of("autoencoder",
                    metadata.replace("\"width\":128", "\"width\":1048576")));
            assertRefused(file, "an autoencoder of these sizes has more");
        }
        PtFile.write(file, Map.of("ema", Map.of("x", 3L)));
        assertRefused(file, "entry 'x' is not a tensor");
        PtFile.write(file, List.of(1L));
        assertRefused(file, "holds no dict");
        PtFile.write(file, Map.of("x", Torch.zeros(1)));
        assertRefused(file, "no tensor 'encoder.latent_tokens'");
        Files.writeString(file, "nothing");
        assertRefused(file, "");
    }

    private static void assertRefused(Path file, String reason) {
        assertThatThrownBy(() -> Autoencoder.read(file)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file.toString()).hasMessageContaining(reason);
    }
}
