package org.flowprior.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.config.RequestException;
import org.flowprior.data.Pixels;
import org.flowprior.data.RgbImage;
import org.flowprior.mar.Mar;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@InScope
class ImageSamplerTest {

    private final Mar mar = GeneratorFixture.mar();
    private final Autoencoder autoencoder = GeneratorFixture.autoencoder(GeneratorFixture.TOKENS);

    @AfterEach
    void close() {
        mar.close();
        autoencoder.close();
    }

    @Test
    void imagesAreRoundedPixels() {
        try (ImageSampler sampler = ImageSampler.of(mar, autoencoder, 0.5)) {
            List<RgbImage> images = sampler.images(new int[] {4, 0}, 3);
            Tensor pixels = sampler.pixels(new int[] {0, 1}, new int[] {4, 0}, 3);

            assertThat(images).hasSize(2);
            assertThat(pixels.shape()).containsExactly(2, 3, 16, 16);
            assertThat(pixels.std().item()).isGreaterThan(0.01);
            assertThat(images.get(1).pixels()).isEqualTo(
                    Pixels.sampleLevels(pixels.select(0, 1).permute(1, 2, 0)).contiguous().toByteArray());
        }
    }

    @Test
    void anImageDependsOnItsNumberNotOnTheOthers() {
        try (ImageSampler sampler = ImageSampler.of(mar, autoencoder, 0.5)) {
            Tensor together = sampler.pixels(new int[] {7, 8}, new int[] {1, 2}, 1).narrow(0, 1, 1);
            Tensor alone = sampler.pixels(new int[] {8}, new int[] {2}, 1);
            assertThat(alone.sub(together).abs().max().item()).isLessThan(1e-4);
            assertThat(sampler.pixels(new int[] {8}, new int[] {2}, 2).sub(alone).abs().max().item())
                    .isGreaterThan(1e-3);
            assertThat(sampler.pixels(new int[] {9}, new int[] {2}, 1).sub(alone).abs().max().item())
                    .isGreaterThan(1e-3);
        }
    }

    @Test
    void anAutoencoderOfOtherLatentsIsRefused() {
        try (Autoencoder other = GeneratorFixture.autoencoder(5)) {
            assertThatThrownBy(() -> ImageSampler.of(mar, other, 1)).isInstanceOf(RequestException.class)
                    .hasMessageContaining("3 tokens of 4 channels").hasMessageContaining("takes 5 of 4");
        }
    }

    @Test
    void pixelsThatAreNotFiniteAreRefusedWithTheNumberOfTheImage() {
        try (NoGrad noGrad = new NoGrad(); ImageSampler sampler = ImageSampler.of(mar, autoencoder, 1)) {
            autoencoder.parameters().getLast().fill_(Double.NaN);
            assertThatThrownBy(() -> sampler.pixels(new int[] {12}, new int[] {0}, 0))
                    .isInstanceOf(RequestException.class).hasMessageStartingWith("image 12 ");
        }
    }

    @Test
    void noTensorRemains() {
        long before = Memory.liveTensors();
        try (Scope scope = Scope.open(); ImageSampler sampler = ImageSampler.of(mar, autoencoder, 1)) {
            sampler.images(new int[] {0, 1}, 0);
        }
        assertThat(Memory.liveTensors()).isEqualTo(before);
    }

    @Test
    void levelsAreRoundedHalfToEven() {
        // Python: p = np.float32(128.5 / 255); v = np.array([0, 2 * p - 1, -1.5, 2, 0.25], np.float32)
        //         np.round(np.clip((v + np.float32(1)) / np.float32(2) * np.float32(255), 0, 255)).astype(np.uint8)
        //         128 128 0 255 159; rounding half up would give 129 in the second place
        float even = 2 * (float) (128.5 / 255) - 1;
        Tensor pixels = Tensor.of(new float[] {0, even, -1.5f, 2, 0.25f, 0}, 6);
        assertThat(Pixels.sampleLevels(pixels).toByteArray()).containsExactly(128, 128, 0, 255, 159, 128);
    }
}
