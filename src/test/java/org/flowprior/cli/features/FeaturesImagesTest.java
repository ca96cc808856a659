package org.flowprior.cli.features;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.flowprior.data.ImageSource;
import org.flowprior.eval.SmallClassifier;
import org.flowprior.fixtures.Resources;
import org.flowprior.torch.DType;
import org.flowprior.torch.Functional;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.vision.AutoencoderKlEncoder;
import org.flowprior.vision.ImageNetNormalization;
import org.flowprior.vision.MlpType;
import org.flowprior.vision.VisionTransformer;
import org.flowprior.vision.VisionTransformerConfig;
import org.junit.jupiter.api.Test;

class FeaturesImagesTest extends FeaturesFixture {

    private Path images() throws IOException {
        Path images = Files.createDirectories(file("images/cat"));
        for (int i = 0; i < 3; i++) {
            BufferedImage image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 64; p++) {
                image.setRGB(p % 8, p / 8, (37 * p + 91 * i) * 0x010305);
            }
            ImageIO.write(image, "png", images.resolve(i + ".png").toFile());
        }
        return file("images");
    }

    /** The same images, by plain means. */
    private Tensor pixels() throws IOException {
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            BufferedImage image = ImageIO.read(file("images/cat/" + i + ".png").toFile());
            int[] values = image.getRaster().getPixels(0, 0, 8, 8, (int[]) null);
            all.add(Tensor.of(values, 8, 8, 3).permute(2, 0, 1).to(DType.FLOAT32).div(255).sub(0.5).div(0.5));
        }
        return Torch.stack(all, 0);
    }

    @Test
    void imagesGoThroughATorchScriptModule() throws IOException {
        Path images = images();
        Path module = Resources.path("cli/pool.torchscript");
        Tensor expected = Functional.avgPool2d(pixels(), 4);
        assertThat(run("--images", images, "--encoder", "torchscript", "--weights", module, "--image-size", "8",
                "--batch", "2")).isZero();
        assertRows(expected.flatten(2, -1).transpose(1, 2).flatten(0, 1));
        bank = file("unit");
        assertThat(run("--images", images, "--encoder", "torchscript", "--weights", module, "--image-size", "8",
                "--input", "unit", "--max-rows", "5")).isZero();
        Tensor unit = expected.flatten(2, -1).transpose(1, 2).flatten(0, 1).narrow(0, 0, 5).add(1).div(2);
        assertThat(rows().sub(unit).abs().max().item()).isLessThan(1e-6);
    }

    @Test
    void imagesGoThroughTheVae() throws IOException {
        Path images = images();
        Path weights = Resources.path("vision/vae.safetensors");
        assertThat(run("--images", images, "--encoder", "vae", "--weights", weights, "--image-size", "8", "--flip"))
                .isZero();
        try (AutoencoderKlEncoder encoder = AutoencoderKlEncoder.read(weights)) {
            Tensor both = Torch.cat(List.of(encoder.tokens(pixels()), encoder.tokens(pixels().flip(3))), 0);
            assertRows(both.flatten(0, 1).narrow(1, 0, 2));
        }
        assertThat(out.toString()).contains("96 of mean and log-variance");
    }

    @Test
    void imagesGoThroughTheSmallClassifier() throws IOException {
        Path images = images();
        Path weights = file("classifier.safetensors");
        try (ImageSource drawn = ImageSource.open(Path.of("procedural:8?count=32"));
                SmallClassifier classifier = SmallClassifier.train(drawn, 8,
                        new SmallClassifier.Options(2, 8, 4, 0), 1, step -> {})) {
            classifier.write(weights);
            assertThat(run("--images", images, "--encoder", "classifier", "--weights", weights, "--image-size", "8",
                    "--batch", "3")).isZero();
            assertRows(classifier.features(pixels()));
        }
    }

    @Test
    void imagesGoThroughDinov2() throws IOException {
        Path images = images();
        VisionTransformerConfig config = new VisionTransformerConfig(8, 4, 64, 2, 1, 128, MlpType.GELU, 0, true);
        try (VisionTransformer network = new VisionTransformer(config, generator)) {
            Path weights = file("vit.safetensors");
            Safetensors.write(weights, network.stateDict());
            assertThat(run("--images", images, "--encoder", "dinov2", "--weights", weights, "--image-size", "8",
                    "--patch-size", "4")).as(err.toString()).isZero();
            Tensor tokens = network.features(ImageNetNormalization.apply(pixels())).detach();
            assertThat(tokens.shape()).containsExactly(3, 5, 64);
            assertRows(tokens.narrow(1, 1, 4).flatten(0, 1));
        }
    }

    @Test
    void aCorruptImageEndsTheRunUnlessItIsToBeSkipped() throws IOException {
        Path images = images();
        Files.write(images.resolve("cat/1.png"), new byte[] {1, 2, 3});
        Path module = Resources.path("cli/pool.torchscript");
        Object[] args = {"--images", images, "--encoder", "torchscript", "--weights", module, "--image-size", "8"};
        assertRefused("cat/1.png: corrupt image: not a JPEG", args);
        assertNoOtherFiles();
        List<Object> more = new ArrayList<>(List.of(args));
        more.add("--skip-corrupt");
        assertThat(run(more.toArray())).isZero();
        assertThat(out.toString()).contains("1 corrupt images left out: cat/1.png")
                .contains("rows                 8\n");
    }

    @Test
    void noTensorIsLeftBehind() throws IOException {
        Path images = images();
        Path module = Resources.path("cli/pool.torchscript");
        long before = Memory.liveTensors();
        assertThat(run("--images", images, "--encoder", "torchscript", "--weights", module, "--image-size", "8"))
                .isZero();
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }
}
