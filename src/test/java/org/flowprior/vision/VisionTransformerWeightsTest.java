package org.flowprior.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.flowprior.fixtures.Recorded;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.PtFile;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.nn.StateDictException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@InScope
class VisionTransformerWeightsTest {

    private static final VisionTransformerConfig SMALL =
            new VisionTransformerConfig(24, 6, 128, 2, 2, 256, MlpType.GELU, 0, true);

    private static Stream<VisionTransformerConfig> configs() {
        return Stream.of(SMALL, SMALL.withRegisters(4), SMALL.withMlp(MlpType.SWIGLU),
                new VisionTransformerConfig(24, 6, 128, 1, 2, 256, MlpType.GELU, 0, false));
    }

    private static Map<String, Tensor> weights(VisionTransformerConfig config) {
        try (VisionTransformer network = new VisionTransformer(config); Generator generator = Generator.seeded(3)) {
            Map<String, Tensor> state = new LinkedHashMap<>();
            network.stateDict().forEach((key, tensor) -> state.put(key, Recorded.draw(key, tensor.shape(), generator)));
            return state;
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void weightsTellTheSizesOfTheirNetwork(VisionTransformerConfig config) {
        assertThat(VisionTransformerWeights.of("weights", weights(config)).config()).isEqualTo(config);
    }

    @ParameterizedTest
    @MethodSource("configs")
    void weightsOfTheSameSizesAreTakenAsTheyAre(VisionTransformerConfig config) {
        try (VisionTransformer network = new VisionTransformer(config)) {
            Map<String, Tensor> weights = weights(config);
            VisionTransformerWeights.of("weights", weights).loadInto(network);
            network.stateDict().forEach((key, tensor) -> assertThat(tensor.equal(weights.get(key))).as(key).isTrue());
        }
    }

    @Test
    void bothKindsOfFileGiveTheSameNetworkOfAnotherSize(@TempDir Path directory) {
        Path safetensors = directory.resolve("model.safetensors");
        Path pth = directory.resolve("pretrain.pth");
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Map<String, Tensor> weights = weights(SMALL);
            Safetensors.write(safetensors, weights);
            weights.put("mask_token", Torch.zeros(1, 128));
            PtFile.write(pth, weights);
            long before = Memory.liveTensors();
            try (VisionTransformer one = VisionTransformer.read(safetensors, config -> config.withGrid(32, 4));
                    VisionTransformer other = VisionTransformer.read(pth, config -> config.withGrid(32, 4))) {
                assertThat(one.config().patches()).isEqualTo(64);
                assertThat(Memory.liveTensors() - before).isEqualTo(2L * weights.size() - 2);
                Tensor images = Torch.ones(1, 3, 32, 32);
                Tensor features = one.features(images);
                assertThat(features.shape()).containsExactly(1, 65, 128);
                assertThat(features.equal(other.features(images))).isTrue();
            }
            try (VisionTransformer same = VisionTransformer.read(safetensors)) {
                assertThat(same.config()).isEqualTo(SMALL);
            }
        }
    }

    @Test
    void shortWeightsAreResampledInFloat32AndKeptShort() {
        try (Generator generator = Generator.seeded(1)) {
            Tensor kernel = Torch.randn(new long[] {2, 3, 6, 6}, generator).to(DType.BFLOAT16);
            Tensor resampled = WeightResampling.kernel(kernel, 8);
            assertThat(resampled.dtype()).isEqualTo(DType.BFLOAT16);
            Tensor exact = WeightResampling.kernel(kernel.to(DType.FLOAT32), 8);
            assertThat(resampled.equal(exact.to(DType.BFLOAT16))).isTrue();
        }
    }

    @Test
    void aResampledKernelSeesInALargerPatchWhatItSawInTheOldOne() {
        try (Generator generator = Generator.seeded(1)) {
            Tensor kernel = Torch.randn(new long[] {4, 3, 6, 6}, generator).to(DType.FLOAT64);
            Tensor patch = Torch.randn(new long[] {1, 3, 6, 6}, generator).to(DType.FLOAT64);
            Tensor larger = TensorResize.BICUBIC.apply(patch, 9, 9);
            Tensor seen = WeightResampling.kernel(kernel, 9).mul(larger).sum(new long[] {1, 2, 3});
            assertThat(seen.toDoubleArray()).containsExactly(
                    kernel.mul(patch).sum(new long[] {1, 2, 3}).toDoubleArray(), within(1e-10));
        }
    }

    @Test
    void everyKeyThatDoesNotFitIsNamed() {
        try (VisionTransformer network = new VisionTransformer(SMALL)) {
            Map<String, Tensor> weights = weights(SMALL);
            weights.remove("norm.bias");
            weights.put("head.weight", Torch.zeros(10, 128));
            weights.put("blocks.1.ls2.gamma", Torch.zeros(64));
            weights.put("pos_embed", Torch.zeros(1, 12, 128));
            weights.put("patch_embed.proj.weight", Torch.zeros(128, 4, 14, 14));
            double before = network.stateDict().get("cls_token").abs().sum().item();
            assertThatThrownBy(() -> VisionTransformerWeights.of("dinov2.pth", weights).loadInto(network))
                    .isInstanceOf(StateDictException.class)
                    .hasMessageContainingAll("dinov2.pth", "1 missing (norm.bias)", "1 unexpected (head.weight)",
                            "blocks.1.ls2.gamma [64] instead of [128]",
                            "pos_embed [1, 12, 128] instead of [1, 17, 128]",
                            "patch_embed.proj.weight [128, 4, 14, 14] instead of [128, 3, 6, 6]");
            assertThat(network.stateDict().get("cls_token").abs().sum().item()).isEqualTo(before);
        }
    }

    @Test
    void registersAreNeitherInventedNorLost() {
        try (VisionTransformer without = new VisionTransformer(SMALL);
                VisionTransformer with = new VisionTransformer(SMALL.withRegisters(4))) {
            VisionTransformerWeights plain = VisionTransformerWeights.of("w", weights(SMALL));
            assertThatThrownBy(() -> plain.loadInto(with))
                    .isInstanceOf(StateDictException.class).hasMessageContaining("1 missing (reg_token)");
            VisionTransformerWeights registers = VisionTransformerWeights.of("w", weights(SMALL.withRegisters(4)));
            assertThatThrownBy(() -> registers.loadInto(without))
                    .isInstanceOf(StateDictException.class).hasMessageContaining("1 unexpected (reg_token)");
        }
    }

    @Test
    void whatIsNoVisionTransformerIsRefusedWithTheTensorInQuestion(@TempDir Path directory) {
        Path file = directory.resolve("other.safetensors");
        Safetensors.write(file, Map.of("weight", Torch.zeros(2)));
        assertThatThrownBy(() -> VisionTransformer.read(file)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other.safetensors: no tensor 'cls_token'");

        assertRefused("pos_embed", Torch.zeros(1, 13, 128), "12 rows for patches, which is not a square number");
        assertRefused("pos_embed", Torch.zeros(17, 128), "'pos_embed' has shape [17, 128]");
        assertRefused("blocks.0.mlp.fc1.weight", Torch.zeros(300, 128), "gives 300 channels");
        assertRefused("cls_token", Torch.zeros(1, 1, 48), "a width of 48 makes no heads of 64 channels");
    }

    @Test
    void registersInMetasFileNeedAPositionOfTheClassTokenToFold() {
        Map<String, Tensor> weights = weights(SMALL);
        weights.put("register_tokens", Torch.zeros(1, 4, 128));
        assertThat(VisionTransformerWeights.of("w", weights).config()).isEqualTo(SMALL.withRegisters(4));
        weights.put("pos_embed", Torch.zeros(1, 17, 64));
        assertThatThrownBy(() -> VisionTransformerWeights.of("w", weights))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("no row for 'cls_token'");
    }

    private static void assertRefused(String key, Tensor tensor, String message) {
        Map<String, Tensor> weights = weights(SMALL);
        weights.put(key, tensor);
        assertThatThrownBy(() -> VisionTransformerWeights.of("w", weights).config())
                .isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("w: ")
                .hasMessageContaining(message);
    }
}
