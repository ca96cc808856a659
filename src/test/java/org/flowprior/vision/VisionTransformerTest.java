package org.flowprior.vision;

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
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@InScope
class VisionTransformerTest {

    private static final VisionTransformerConfig TINY =
            new VisionTransformerConfig(32, 8, 48, 3, 3, 192, MlpType.GELU, 0, true);

    /** timm: sum(p.numel() for p in create_model("vit_large_patch14_dinov2", num_classes=0).parameters()). */
    @ParameterizedTest
    @CsvSource({"518, 14, 22056192, 86579712, 304367616, 1136479232",
        "256, 16, 21697920, 85863168, 303412224, 1135046144"})
    void presetsHaveTimmsNumberOfParameters(int image, int patch, long small, long base, long large, long giant) {
        assertThat(VisionTransformerConfig.dinov2Small(image, patch).parameterCount()).isEqualTo(small);
        assertThat(VisionTransformerConfig.dinov2Base(image, patch).parameterCount()).isEqualTo(base);
        assertThat(VisionTransformerConfig.dinov2Large(image, patch).parameterCount()).isEqualTo(large);
        assertThat(VisionTransformerConfig.dinov2Giant(image, patch).parameterCount()).isEqualTo(giant);
    }

    @Test
    void presetsWithRegistersAndOfDinoHaveTimmsNumberOfParameters() {
        assertThat(VisionTransformerConfig.dinov2Small(518, 14).withRegisters(4).parameterCount())
                .isEqualTo(22057344);
        assertThat(VisionTransformerConfig.dinov2Giant(518, 14).withRegisters(4).parameterCount())
                .isEqualTo(1136483840);
        assertThat(VisionTransformerConfig.dinoSmall(224, 16).parameterCount()).isEqualTo(21665664);
    }

    @Test
    void initialWeightsAreDistributedAsTimms() {
        VisionTransformerConfig config = new VisionTransformerConfig(128, 8, 192, 1, 3, 768, MlpType.SWIGLU, 4, true);
        try (Generator generator = Generator.seeded(1);
                VisionTransformer network = new VisionTransformer(config, generator)) {
            Map<String, Tensor> state = network.stateDict();
            assertThat(deviation(state.get("pos_embed"))).isCloseTo(0.02, within(0.0005));
            assertThat(deviation(state.get("cls_token"))).isCloseTo(1e-6, within(3e-7));
            assertThat(deviation(state.get("reg_token"))).isCloseTo(1e-6, within(2e-7));
            assertThat(deviation(state.get("blocks.0.attn.qkv.weight"))).isCloseTo(0.02, within(0.0005));
            assertThat(deviation(state.get("blocks.0.attn.proj.weight"))).isCloseTo(0.02, within(0.0005));
            Tensor first = state.get("blocks.0.mlp.fc1.weight");
            assertThat(deviation(first.narrow(0, 0, 768))).isCloseTo(0.02, within(0.0005));
            assertThat(deviation(first.narrow(0, 768, 768))).isCloseTo(1e-6, within(1e-7));
            assertThat(deviation(state.get("blocks.0.mlp.fc2.weight"))).isCloseTo(0.02, within(0.0005));
            // Uniform in ±1 / √(3 · 8 · 8).
            assertThat(deviation(state.get("patch_embed.proj.weight")))
                    .isCloseTo(1 / Math.sqrt(3 * 192), within(0.001));
            assertThat(state.get("blocks.0.attn.qkv.bias").abs().max().item()).isZero();
            assertThat(state.get("blocks.0.mlp.fc1.bias").sum().item()).isEqualTo(768);
            assertThat(state.get("blocks.0.ls1.gamma").toFloatArray()).containsOnly(1e-5f);
            assertThat(state.get("norm.weight").toFloatArray()).containsOnly(1);
        }
    }

    private static double deviation(Tensor tensor) {
        return tensor.detach().std().item();
    }

    @Test
    void aSeedGivesTheSameNetwork() {
        try (Generator one = Generator.seeded(5); Generator two = Generator.seeded(5);
                VisionTransformer first = new VisionTransformer(TINY.withRegisters(2), one);
                VisionTransformer second = new VisionTransformer(TINY.withRegisters(2), two)) {
            second.stateDict()
                    .forEach((key, tensor) -> assertThat(tensor.equal(first.stateDict().get(key))).as(key).isTrue());
        }
    }

    @Test
    void blocksTakeAnyNumberOfTokensAndIntermediatesStopAtTheLastOneWanted() {
        try (NoGrad noGrad = new NoGrad(); Generator generator = Generator.seeded(5);
                VisionTransformer network = new VisionTransformer(TINY, generator)) {
            network.stateDict().get("blocks.2.ls1.gamma").fill_(Double.NaN);
            Tensor tokens = Torch.randn(new long[] {2, 5, 48}, generator);
            List<Tensor> outputs = network.intermediates(tokens, 0, 1);
            assertThat(outputs).hasSize(2).allSatisfy(output -> {
                assertThat(output.shape()).containsExactly(2, 5, 48);
                assertThat(output.isfinite().all().item()).isEqualTo(1);
            });
            assertThat(network.blocks(tokens).isnan().all().item()).isEqualTo(1);
            assertThat(network.intermediates(tokens)).isEmpty();
        }
    }

    @Test
    void normsAddAMillionthToTheVariance() {
        try (NoGrad noGrad = new NoGrad(); VisionTransformer network = new VisionTransformer(TINY)) {
            Tensor tokens = Torch.full(new long[] {1, 1, 48}, 1e-3);
            tokens.narrow(2, 0, 24).neg_();
            // ±0.001 / √(0.001² + 1e-6)
            Tensor normalized = network.normalize(tokens).abs();
            assertThat(normalized.min().item()).isCloseTo(Math.sqrt(0.5), within(1e-6));
            assertThat(normalized.max().item()).isCloseTo(Math.sqrt(0.5), within(1e-6));
        }
    }

    @Test
    void tokensAreClassTokenThenRegistersThenPatches() {
        try (NoGrad noGrad = new NoGrad(); VisionTransformer network = new VisionTransformer(TINY.withRegisters(4))) {
            Tensor patches = Torch.ones(2, 16, 48);
            Tensor tokens = network.position(patches);
            assertThat(tokens.shape()).containsExactly(2, 21, 48);
            Map<String, Tensor> state = network.stateDict();
            assertThat(network.classToken(tokens).get(1).equal(state.get("cls_token").get(0, 0))).isTrue();
            assertThat(tokens.get(1).narrow(0, 1, 4).equal(state.get("reg_token").get(0))).isTrue();
            assertThat(network.patchTokens(tokens).get(1).equal(state.get("pos_embed").get(0).add(1))).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void stepsLeaveNoTensorBehind(boolean checkpointing) {
        try (VisionTransformer network = new VisionTransformer(TINY.withRegisters(4).withMlp(MlpType.SWIGLU))) {
            network.gradCheckpointing(checkpointing);
            step(network);
            long before = Memory.liveTensors();
            step(network);
            assertThat(Memory.liveTensors()).isEqualTo(before);
        }
    }

    private static void step(VisionTransformer network) {
        try (Scope scope = Scope.open()) {
            network.features(Torch.ones(2, 3, 32, 32)).square().mean().backward();
        }
    }

    @Test
    void onlyTheResultOutlivesACall() {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad();
                VisionTransformer network = new VisionTransformer(TINY)) {
            Tensor images = Torch.ones(2, 3, 32, 32);
            Tensor tokens = network.embed(images);
            long before = Memory.liveTensors();
            network.features(images);
            assertThat(Memory.liveTensors()).isEqualTo(before + 1);
            network.intermediates(tokens, 0, 2);
            assertThat(Memory.liveTensors()).isEqualTo(before + 3);
            assertThat(tokens.isOpen()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void autocastTrainsInBfloat16(boolean checkpointing) {
        try (Generator generator = Generator.seeded(5);
                VisionTransformer network = new VisionTransformer(TINY, generator)) {
            network.gradCheckpointing(checkpointing);
            Tensor images = Torch.randn(new long[] {2, 3, 32, 32}, generator);
            Tensor exact = network.features(images);
            try (Autocast autocast = Autocast.on(Device.Type.CPU, DType.BFLOAT16)) {
                Tensor features = network.features(images);
                assertThat(features.dtype()).isEqualTo(DType.FLOAT32);
                assertThat(features.sub(exact).abs().max().item()).isBetween(1e-5, 0.1);
                features.square().mean().backward();
            }
            assertThat(network.parameters()).allSatisfy(parameter -> {
                assertThat(parameter.grad().dtype()).isEqualTo(DType.FLOAT32);
                assertThat(parameter.grad().isfinite().all().item()).isEqualTo(1);
            });
        }
    }

    @Test
    void whatDoesNotFitIsRefusedWithTheShapeWanted() {
        try (VisionTransformer network = new VisionTransformer(TINY)) {
            assertRefused(() -> network.features(Torch.zeros(1, 3, 32, 40)), "[B, 3, 32, 32], not [1, 3, 32, 40]");
            assertRefused(() -> network.position(Torch.zeros(1, 17, 48)), "[B, 16, 48], not [1, 17, 48]");
            assertRefused(() -> network.blocks(Torch.zeros(1, 17, 64)), "[B, T, 48], not [1, 17, 64]");
            Tensor tokens = Torch.zeros(1, 17, 48);
            assertRefused(() -> network.intermediates(tokens, 3),
                    "[3] are not ascending numbers of blocks from 0 to 2");
            assertRefused(() -> network.intermediates(tokens, 1, 0), "[1, 0]");
            assertRefused(() -> TINY.withGrid(30, 8), "multiple of its patch size, not 30 and 8");
            assertRefused(() -> TINY.withHeads(5), "multiple of its heads, not 48 and 5");
            assertRefused(() -> TINY.withRegisters(-1), "registers -1");
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }
}
