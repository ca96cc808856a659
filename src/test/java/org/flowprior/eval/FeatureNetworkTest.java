package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.ScriptModule;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.vision.ImageNetNormalization;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InScope
class FeatureNetworkTest {

    private static final Path SCRIPT =
            Path.of("src/test/resources/org/flowprior/cli/evaluate/network.torchscript");

    @TempDir
    private Path directory;
    private Tensor images;

    @BeforeEach
    void draw() {
        try (Generator generator = Generator.seeded(5)) {
            images = Torch.randint(0, 256, new long[] {2, 3, 16, 16}, generator).to(DType.UINT8);
        }
    }

    @Test
    void aTorchScriptModuleIsGivenPixelsInTheRangeAskedFor() {
        Tensor levels = images.to(DType.FLOAT32);
        try (ScriptModule module = ScriptModule.load(SCRIPT, Device.CPU); NoGrad noGrad = new NoGrad()) {
            assertMakes(PixelRange.LEVELS, module.forward(levels).getFirst());
            assertMakes(PixelRange.UNIT, module.forward(levels.div(255)).getFirst());
            Tensor symmetric = levels.div(127.5).sub(1);
            assertMakes(PixelRange.SYMMETRIC, module.forward(symmetric).getFirst());
            assertMakes(PixelRange.IMAGENET, module.forward(ImageNetNormalization.apply(symmetric)).getFirst());
        }
    }

    private void assertMakes(PixelRange range, Tensor expected) {
        try (FeatureNetwork network = FeatureNetwork.torchScript(SCRIPT, Device.CPU, range, 16, false)) {
            FeatureNetwork.Outputs found = network.of(images);
            assertThat(found.features().sub(expected).abs().max().item()).as(range.name())
                    .isLessThan(1e-5 * expected.abs().max().item());
            assertThat(found.logits().shape()).containsExactly(2, 4);
            assertThat(network.outputs()).containsExactlyInAnyOrder(FeatureNetwork.Output.FEATURES,
                    FeatureNetwork.Output.LOGITS);
            assertThat(network.isInception()).isFalse();
        }
    }

    @Test
    void imagesAreResizedOnlyWhereThatIsAskedFor() {
        try (FeatureNetwork own = FeatureNetwork.torchScript(SCRIPT, Device.CPU, PixelRange.UNIT, 12, false);
                FeatureNetwork same = FeatureNetwork.torchScript(SCRIPT, Device.CPU, PixelRange.UNIT, 16, true);
                FeatureNetwork other = FeatureNetwork.torchScript(SCRIPT, Device.CPU, PixelRange.UNIT, 12, true)) {
            Tensor expected = same.of(images).features();
            assertThat(own.of(images).features().sub(expected).abs().max().item()).isZero();
            assertThat(other.of(images).features().sub(expected).abs().max().item()).isPositive();
        }
    }

    @Test
    void aVisionTransformerGivesItsClassTokenOrTheMeanOfItsPatches() {
        Path file = directory.resolve("vit.safetensors");
        Tensor tokens;
        try (Generator generator = Generator.seeded(4); NoGrad noGrad = new NoGrad();
                VisionTransformer network = new VisionTransformer(
                        new VisionTransformerConfig(16, 8, 64, 1, 1, 128, MlpType.GELU, 0, true), generator)) {
            network.eval();
            Safetensors.write(file, network.stateDict());
            tokens = network.features(ImageNetNormalization.apply(images.to(DType.FLOAT32).div(127.5).sub(1)));
        }
        assertFeatures(file, FeatureNetwork.Tokens.CLS, tokens.select(1, 0));
        assertFeatures(file, FeatureNetwork.Tokens.MEAN, tokens.narrow(1, 1, 4).mean(1L));
    }

    private void assertFeatures(Path file, FeatureNetwork.Tokens which, Tensor expected) {
        try (FeatureNetwork network = FeatureNetwork.visionTransformer(file, Device.CPU, which, 16)) {
            assertThat(network.of(images).features().sub(expected).abs().max().item()).isLessThan(1e-5);
            assertThat(network.outputs()).containsExactly(FeatureNetwork.Output.FEATURES);
            assertThatThrownBy(() -> network.of(images.to(DType.FLOAT32)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("uint8");
        }
    }
}
