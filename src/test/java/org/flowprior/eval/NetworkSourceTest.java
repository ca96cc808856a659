package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.flowprior.data.CorruptImageException;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ImageSource;
import org.flowprior.data.Pixels;
import org.flowprior.data.RgbImage;
import org.flowprior.target.FeatureBank;
import org.flowprior.target.FeatureExtraction;
import org.flowprior.target.FeatureLayout;
import org.flowprior.torch.Device;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.vision.AutoencoderKlEncoder;
import org.flowprior.vision.ImageNetNormalization;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Banks of images through networks from Java, without the command line. */
@InScope
class NetworkSourceTest {

    private static final Path RESOURCES = Path.of("src/test/resources/org/flowprior");
    private static final Path POOL = RESOURCES.resolve("cli/pool.torchscript");
    private static final int COUNT = 3;

    @TempDir
    private Path directory;
    private Tensor pixels;

    /** Images of 8 pixels; the last one is corrupt where that is asked for. */
    private record Drawn(boolean damaged) implements ImageSource {

        @Override
        public int size() {
            return COUNT;
        }

        @Override
        public String name(int index) {
            return "image " + index;
        }

        @Override
        public int label(int index) {
            return 0;
        }

        @Override
        public List<String> classes() {
            return List.of("");
        }

        @Override
        public RgbImage image(int index) {
            if (damaged && index == COUNT - 1) {
                throw new CorruptImageException(name(index), "drawn so", null);
            }
            byte[] levels = new byte[8 * 8 * 3];
            for (int i = 0; i < levels.length; i++) {
                levels[i] = (byte) (37 * i + 91 * index);
            }
            return new RgbImage(8, 8, levels);
        }
    }

    @BeforeEach
    void draw() {
        Drawn images = new Drawn(false);
        pixels = Torch.stack(List.of(0, 1, 2).stream().map(i -> Pixels.values(Tensor.of(images.image(i).pixels(),
                8, 8, 3)).permute(2, 0, 1)).toList()).contiguous();
    }

    private static NetworkSource source(FeatureNetwork network, boolean damaged, boolean flip, boolean skip) {
        return new NetworkSource(new Drawn(damaged), network, ImageLoader.Options.inOrder(new ImageCrop.Centre(8), 2)
                .withSkipCorrupt(skip), flip, "drawn");
    }

    private void assertBank(FeatureNetwork network, boolean flip, Tensor expected) {
        long before = Memory.liveTensors();
        try (NetworkSource source = source(network, false, flip, false);
                FeatureBank bank = FeatureExtraction.of(source).into(directory.resolve("bank"))) {
            assertThat(source.notes()).isEmpty();
            assertThat(bank.gaussian()).isEqualTo(network.isGaussian());
            assertThat(bank.block(0, bank.rows()).sub(expected).abs().max().item()).isLessThan(1e-5);
        }
        assertThat(Memory.liveTensors()).isLessThan(before);
    }

    @Test
    void aModulesGridBecomesRows() {
        Tensor expected = Functional.avgPool2d(pixels.mul(0.5).add(0.5), 4).flatten(2, -1).transpose(1, 2);
        try (FeatureNetwork network = FeatureNetwork.torchScript(POOL, Device.CPU, PixelRange.UNIT::of,
                FeatureLayout.GRID)) {
            assertThat(network.outputs()).containsExactly(FeatureNetwork.Output.FEATURES);
            Tensor levels = Pixels.levels(pixels);
            assertThat(network.of(levels).features().sub(expected.flatten(0, 1)).abs().max().item())
                    .isLessThan(1e-6);
        }
    }

    @Test
    void patchTokensOfImagesAndOfTheirMirrorImagesBecomeRows() {
        Path file = directory.resolve("vit.safetensors");
        Tensor expected;
        try (Generator generator = Generator.seeded(4); NoGrad noGrad = new NoGrad();
                VisionTransformer network = new VisionTransformer(
                        new VisionTransformerConfig(8, 4, 64, 1, 1, 128, MlpType.GELU, 0, true), generator)) {
            network.eval();
            Safetensors.write(file, network.stateDict());
            // batches of two: the mirrored images come after each
            Tensor all = Torch.cat(List.of(pixels.narrow(0, 0, 2), pixels.narrow(0, 0, 2).flip(3),
                    pixels.narrow(0, 2, 1), pixels.narrow(0, 2, 1).flip(3)), 0);
            expected = network.patchTokens(network.features(ImageNetNormalization.apply(all))).flatten(0, 1);
        }
        FeatureNetwork network = FeatureNetwork.patchTokens(file, Device.CPU, 8, 4);
        assertThat(network.label()).isEqualTo("patch tokens of vit.safetensors");
        assertBank(network, true, expected);
    }

    @Test
    void momentsOfAVaeBecomeAGaussianBank() {
        Path file = RESOURCES.resolve("vision/vae.safetensors");
        Tensor expected;
        try (AutoencoderKlEncoder encoder = AutoencoderKlEncoder.read(file)) {
            expected = encoder.tokens(pixels).flatten(0, 1).narrow(1, 0, 2);
        }
        assertBank(FeatureNetwork.autoencoderKl(file, Device.CPU), false, expected);
    }

    @Test
    void aCorruptImageEndsTheReadingUnlessItIsToBeSkipped() throws IOException {
        try (NetworkSource source = source(FeatureNetwork.torchScript(POOL, Device.CPU, PixelRange.SYMMETRIC::of,
                FeatureLayout.AUTO), true, false, false)) {
            assertThatThrownBy(() -> FeatureExtraction.of(source).into(directory.resolve("none")))
                    .isInstanceOf(CorruptImageException.class).hasMessageContaining("image 2");
        }
        try (NetworkSource source = source(FeatureNetwork.torchScript(POOL, Device.CPU, PixelRange.SYMMETRIC::of,
                FeatureLayout.AUTO), true, false, true);
                FeatureBank bank = FeatureExtraction.of(source).into(directory.resolve("bank"))) {
            assertThat(bank.rows()).isEqualTo(8);
            assertThat(source.notes()).containsExactly("1 corrupt images left out: image 2");
        }
    }
}
