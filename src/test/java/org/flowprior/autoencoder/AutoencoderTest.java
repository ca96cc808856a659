package org.flowprior.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@InScope
class AutoencoderTest {

    private static final VisionTransformerConfig LARGE = VisionTransformerConfig.dinov2Large(256, 16);
    private static final VisionTransformerConfig BASE = VisionTransformerConfig.dinov2Base(256, 16);
    private static final VisionTransformerConfig SMALL = VisionTransformerConfig.dinov2Small(256, 16);

    private Generator generator;

    @BeforeEach
    void open() {
        generator = Generator.seeded(1);
    }

    @AfterEach
    void close() {
        generator.close();
    }

    private static VisionTransformerConfig tiny(int width) {
        return new VisionTransformerConfig(32, 8, width, 2, 2, 2 * width, MlpType.GELU, 0, true);
    }

    private Tensor images(long batch) {
        return Torch.randn(new long[] {batch, 3, 32, 32}, generator);
    }

    private static AutoencoderConfig tiny() {
        return AutoencoderConfig.of(tiny(16), tiny(12), 4, 6);
    }

    @Test
    void parameterCountsAreTheOfficialOnes() {
        AutoencoderConfig official = AutoencoderConfig.official();
        assertThat(LARGE.parameterCount()).isEqualTo(303_412_224);
        assertThat(Encoder.parameterCount(LARGE, 64)).isEqualTo(303_543_296);
        assertThat(Decoder.parameterCount(LARGE, 64, ToPixelKind.LINEAR)).isEqualTo(304_265_984);
        assertThat(official.parameterCount()).isEqualTo(607_875_872);
        assertThat(ToPixelKind.LINEAR.parameterCount(LARGE)).isEqualTo(787_200);
        assertThat(AutoencoderConfig.of(BASE, BASE, 64, 32).parameterCount()).isEqualTo(172_515_104);
        assertThat(AutoencoderConfig.of(SMALL, SMALL, 64, 32).parameterCount()).isEqualTo(43_790_624);
        assertThat(AutoencoderConfig.of(BASE, LARGE, 64, 32).parameterCount()).isEqualTo(390_285_856);
        assertThat(SoftVqBottleneck.Options.OFFICIAL.parameterCount(32)).isEqualTo(1_048_576);
        assertThat(Repa.Options.official(256).projectionParameters(32)).isEqualTo(2_132_992);
        assertThat(AutoencoderConfig.officialKl().parameterCount()).isEqualTo(607_875_872 + 32 * 1024 + 32);
        assertThat(AutoencoderConfig.officialSoftVq().parameterCount())
                .isEqualTo(607_875_872 + 1_048_576 + 2_132_992 + 303_412_224);
    }

    @Test
    void initialWeightsHaveTheOfficialDistribution() {
        AutoencoderConfig config = AutoencoderConfig.of(tiny(64), tiny(64), 64, 32)
                .withBottleneck(new SoftVqBottleneck.Options(4, 8, 0.07, true, 0.01));
        try (Autoencoder autoencoder = new Autoencoder(config, generator)) {
            Map<String, Tensor> state = autoencoder.stateDict();
            for (String key : List.of("encoder.latent_tokens", "encoder.latent_pos_embed",
                    "decoder.latent_pos_embed")) {
                assertThat(state.get(key).std().item()).as(key).isCloseTo(0.02, within(0.001));
            }
            assertThat(state.get("decoder.mask_token").std().item()).isCloseTo(0.02, within(0.006));
            double bound = 1 / Math.sqrt(64);
            for (String key : List.of("quant_conv.weight", "quant_conv.bias", "decoder.to_pixel.model.weight")) {
                assertThat(state.get(key).abs().max().item()).as(key).isBetween(0.8 * bound, bound);
            }
            assertThat(state.get("post_quant_conv.weight").abs().max().item()).isBetween(0.17, 1 / Math.sqrt(32));
            assertThat(state.get("decoder.model.blocks.1.ls2.gamma").sub(1e-5).abs().max().item()).isLessThan(1e-11);
            assertThat(Latents.unit(state.get("quantize.embedding")).sub(state.get("quantize.embedding")).abs().max()
                    .item()).isLessThan(1e-6);
        }
    }

    @Test
    void theSameSeedMakesTheSameAutoencoder() {
        try (Generator again = Generator.seeded(1); Autoencoder first = new Autoencoder(tiny(), generator);
                Autoencoder second = new Autoencoder(tiny(), again)) {
            Map<String, Tensor> state = second.stateDict();
            first.stateDict().forEach((key, tensor) -> assertThat(tensor.equal(state.get(key))).as(key).isTrue());
        }
    }

    @Test
    void klDrawsItsNoiseFromTheGenerator() {
        AutoencoderConfig config = tiny().withBottleneck(KlBottleneck.Options.OFFICIAL);
        try (Autoencoder autoencoder = new Autoencoder(config, generator)) {
            Tensor images = images(2);
            Tensor first = autoencoder.forward(images, generator.manualSeed(5)).latents();
            Tensor noise = Torch.randn(new long[] {2, 4, 6}, generator.manualSeed(5));
            Tensor given = autoencoder.forward(images, new Autoencoder.Draws(noise, null)).latents();
            Tensor fromBottleneck = autoencoder.bottleneck().apply(autoencoder.encoded(images),
                    autoencoder.draw(2, generator.manualSeed(5)), true).z();
            Tensor other = autoencoder.forward(images, generator).latents();
            assertThat(first.equal(given)).isTrue();
            assertThat(first.equal(fromBottleneck)).isTrue();
            assertThat(first.equal(other)).isFalse();
            assertThat(autoencoder.eval().isTraining()).isFalse();
            Autoencoder.Output evaluated = autoencoder.forward(images, new Autoencoder.Draws(noise, null));
            assertThat(evaluated.latents().equal(given)).isTrue();
            assertThat(evaluated.losses().keySet()).containsExactly("kl");
            assertThatThrownBy(() -> autoencoder.forward(images, Autoencoder.Draws.NONE))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("noise must be [2, 4, 6]");
        }
    }

    @Test
    void evaluationHasNoLossesOfCodebooksAndNotesNoUsage() {
        AutoencoderConfig config = tiny().withBottleneck(new VqBottleneck.Options(8, true, 0.25, 0.1))
                .withRepa(new Repa.Options(tiny(10), 7, 0.1, Repa.Align.AVG_1D_SHUFFLE));
        try (Autoencoder autoencoder = new Autoencoder(config, generator)) {
            autoencoder.eval();
            Tensor images = images(1);
            assertThat(autoencoder.draw(1, generator)).isEqualTo(Autoencoder.Draws.NONE);
            Autoencoder.Output output = autoencoder.forward(images, Autoencoder.Draws.NONE);
            assertThat(output.losses()).isEmpty();
            assertThat(output.latents().equal(autoencoder.encode(images))).isTrue();
            assertThat(autoencoder.stateDict().get("quantize.codebook_used").countNonzero().item()).isZero();
            autoencoder.train();
            assertThat(autoencoder.forward(images, generator).losses().keySet())
                    .containsExactlyElementsOf(autoencoder.config().lossNames())
                    .containsExactly("codebook", "commitment", "entropy", "repa");
        }
    }

    @Test
    void usageIsThePartOfTheCodesThatWereChosen() {
        try (VqBottleneck bottleneck = new VqBottleneck.Options(4, false, 0.25, 0).create(2, generator)) {
            Tensor corners = Tensor.of(new float[] {1, 1, 1, -1, -1, 1, -1, -1}, 4, 2);
            bottleneck.stateDict().get("embedding.weight").detach().copy_(corners);
            assertThat(bottleneck.usage()).isEqualTo(0.25);
            Tensor tokens = corners.narrow(0, 1, 2).view(1, 2, 2).mul(3);
            assertThat(bottleneck.apply(tokens, Autoencoder.Draws.NONE, true).codes().toLongArray()).containsExactly(1,
                    2);
            assertThat(bottleneck.usage()).isEqualTo(0.75);
            bottleneck.apply(corners.narrow(0, 3, 1).expand(40000, -1).view(2, 20000, 2), Autoencoder.Draws.NONE, true);
            bottleneck.apply(corners.narrow(0, 0, 1).expand(40000, -1).view(2, 20000, 2), Autoencoder.Draws.NONE, true);
            assertThat(bottleneck.usage()).isEqualTo(0.5);
        }
        try (SoftVqBottleneck bottleneck = new SoftVqBottleneck.Options(2, 4, 1, true, 0).create(2, generator)) {
            assertThat(bottleneck.usage()).isEqualTo(0.25);
        }
    }

    @Test
    void theFrozenEncoderOfTheAlignmentDoesNotTrain() {
        AutoencoderConfig config = tiny().withRepa(new Repa.Options(tiny(10), 7, 0.1, Repa.Align.GLOBAL));
        try (Autoencoder autoencoder = new Autoencoder(config, generator)) {
            long frozen = config.repa().model().parameterCount();
            assertThat(autoencoder.trainableParameters().stream().mapToLong(Tensor::numel).sum())
                    .isEqualTo(autoencoder.parameterCount() - frozen);
            autoencoder.forward(images(1), generator).losses().get("repa")
                    .backward();
            assertThat(autoencoder.repa().model().parameters()).allSatisfy(p -> assertThat(p.grad()).isNull());
            assertThat(autoencoder.encoder().model().stateDict().get("cls_token").grad()).isNotNull();
        }
    }

    @Test
    void gradientsOfTheAdaptiveWeightsAnchorsAreThere() {
        try (Autoencoder autoencoder = new Autoencoder(tiny(), generator)) {
            autoencoder.forward(images(1), generator).reconstruction().sum()
                    .backward();
            assertThat(autoencoder.decoder().lastLayerWeight().grad().shape()).containsExactly(192, 12);
            assertThat(autoencoder.encoder().lastNormWeight().grad().shape()).containsExactly(16);
        }
        try (Autoencoder tokens = new Autoencoder(tiny().withToPixel(ToPixelKind.IDENTITY), generator)) {
            assertThatThrownBy(() -> tokens.decoder().lastLayerWeight())
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("no last layer");
        }
    }

    @Test
    void codebooksComputeInFloat32UnderAutocast() {
        AutoencoderConfig config = tiny().withBottleneck(new SoftVqBottleneck.Options(2, 8, 0.07, true, 0.01));
        try (Autoencoder autoencoder = new Autoencoder(config, generator);
                Autocast autocast = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
            Autoencoder.Output output = autoencoder.forward(images(1), generator);
            assertThat(output.latents().dtype()).isEqualTo(DType.FLOAT32);
            assertThat(output.losses().get("entropy").dtype()).isEqualTo(DType.FLOAT32);
            assertThat(output.reconstruction().dtype()).isEqualTo(DType.BFLOAT16);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ae", "kl-siren", "soft-vq-shuffled", "vq-conv"})
    void aStepLeavesNoTensorBehind(String name) {
        try (Autoencoder autoencoder = AutoencoderCases.named(name).autoencoder(generator)) {
            autoencoder.gradCheckpointing(name.equals("ae"));
            steps(autoencoder, 2);
            long before = Memory.liveTensors();
            steps(autoencoder, 3);
            long after = Memory.liveTensors();
            steps(autoencoder, 3);
            assertThat(Memory.liveTensors()).isEqualTo(after).isEqualTo(before);
        }
    }

    private void steps(Autoencoder autoencoder, int count) {
        for (int i = 0; i < count; i++) {
            try (Scope step = Scope.open()) {
                Autoencoder.Output output = autoencoder.forward(images(2), generator);
                Tensor total = output.reconstruction().square().mean();
                for (Tensor loss : output.losses().values()) {
                    total = total.add(loss);
                }
                total.backward();
                autoencoder.encode(images(1));
                autoencoder.zeroGrad();
            }
        }
    }

    @Test
    void partsThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> AutoencoderConfig.of(tiny(16), tiny(16).withGrid(40, 8), 4, 6))
                .hasMessageContaining("images of one size, not 32 and 40");
        assertThatThrownBy(() -> AutoencoderConfig.of(tiny(16), tiny(16), 0, 6)).hasMessageContaining("at least 1");
        assertThatThrownBy(() -> tiny().withBottleneck(new SoftVqBottleneck.Options(3, 8, 0.07, true, 0)))
                .hasMessageContaining("3 codebooks cannot share 4 latent tokens");
        assertThatThrownBy(() -> tiny().withToPixel(ToPixelKind.CONV)).hasMessageContaining("patches of 16, not of 8");
        assertThatThrownBy(() -> tiny().withRepa(new Repa.Options(tiny(16).withGrid(64, 8), 8, 1, Repa.Align.GLOBAL)))
                .hasMessageContaining("size 32, not 64");
        assertThatThrownBy(() -> AutoencoderConfig.of(tiny(16), tiny(16), 3, 6)
                .withRepa(new Repa.Options(tiny(16), 8, 1, Repa.Align.REPEAT))).hasMessageContaining("16 and 3");
        assertThatThrownBy(() -> new KlBottleneck.Options(-1)).hasMessageContaining("at least 0");
        assertThatThrownBy(() -> new VqBottleneck.Options(0, true, 0, 0)).hasMessageContaining("entries");
        assertThatThrownBy(() -> new SoftVqBottleneck.Options(1, 1, 0, true, 0)).hasMessageContaining("temperature");
    }

    @Test
    void tensorsThatDoNotFitAreRefused() {
        try (Autoencoder autoencoder = new Autoencoder(tiny(), generator)) {
            assertThatThrownBy(() -> autoencoder.encode(Torch.zeros(1, 3, 16, 16)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[B, 3, 32, 32]");
            assertThatThrownBy(() -> autoencoder.decode(Torch.zeros(1, 4, 5)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[B, 4, 6], not [1, 4, 5]");
            assertThatThrownBy(() -> autoencoder.bottleneck().mode(Torch.zeros(4, 6)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[B, T, 6], not [4, 6]");
        }
    }
}
