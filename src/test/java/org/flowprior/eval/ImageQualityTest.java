package org.flowprior.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.flowprior.eval.ImageQuality.Convention;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.InScope;
import org.flowprior.torch.Memory;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Expected numbers: {@code tools/oracle/quality.py}, by scikit-image in float32. */
@InScope
class ImageQualityTest {

    private record Measured(double[] psnr, double[] ssim) {}

    private Tensor images;
    private Tensor reconstructions;
    private Map<String, Measured> expected;

    @BeforeEach
    void drawImages() throws IOException {
        long[] shape = {4, 3, 24, 20};
        try (Generator generator = Generator.seeded(5)) {
            images = Torch.rand(shape, generator).mul(2).sub(1);
            Tensor strength = Tensor.of(new float[] {.5f, .1f, .02f, 0}, 4, 1, 1, 1);
            reconstructions = images.add(Torch.randn(shape, generator).mul(strength));
        }
        try (Reader reader = new InputStreamReader(getClass().getResourceAsStream("quality.json"),
                StandardCharsets.UTF_8)) {
            expected = new Gson().fromJson(reader, new TypeToken<Map<String, Measured>>() {}.getType());
        }
    }

    private void assertMeasures(String name, Convention convention) {
        Measured wanted = expected.get(name);
        long count = wanted.psnr.length;
        Tensor some = images.narrow(0, 0, count);
        Tensor others = reconstructions.narrow(0, 0, count);
        assertThat(ImageQuality.psnr(some, others, convention).toDoubleArray()).as(name)
                .containsExactly(wanted.psnr, within(2e-5));
        assertThat(ImageQuality.ssim(some, others, convention).toDoubleArray()).as(name)
                .containsExactly(wanted.ssim, within(2e-6));
    }

    @Test
    void theMeasuresAreScikitImages() {
        assertMeasures("published", Convention.PUBLISHED);
        assertMeasures("standard", Convention.STANDARD);
        assertMeasures("plain", new Convention(false, 1));
    }

    /** The specification's J.4: two images of bytes, 255 their range. */
    @Test
    void theGoldenPsnrComesOut() {
        Tensor[] images = new Tensor[2];
        for (int i = 0; i < 2; i++) {
            Tensor bytes = FilledRows.hashed(201 + i, 1, 48, 1, 0).to(DType.FLOAT64).add(1).mul(128).floor()
                    .remainder(256);
            images[i] = bytes.view(1, 4, 4, 3).permute(0, 3, 1, 2).div(127.5).sub(1);
        }
        assertThat(ImageQuality.psnr(images[0], images[1], Convention.STANDARD).item())
                .isCloseTo(8.184662759, within(1e-6));
    }

    @Test
    void batchesAddUpToTheirMean() {
        ImageQuality quality = new ImageQuality(Convention.PUBLISHED);
        assertThat(quality.psnr()).isNaN();
        quality.add(images.narrow(0, 0, 3), reconstructions.narrow(0, 0, 3));
        quality.add(images.narrow(0, 3, 1), reconstructions.narrow(0, 3, 1));
        Measured wanted = expected.get("published");
        assertThat(quality.images()).isEqualTo(4);
        assertThat(quality.psnr()).isCloseTo(Arrays.stream(wanted.psnr).average().orElseThrow(), within(2e-5));
        assertThat(quality.ssim()).isCloseTo(Arrays.stream(wanted.ssim).average().orElseThrow(), within(2e-6));
    }

    @Test
    void theSameImageIsAsNearAsCanBe() {
        Convention plain = new Convention(false, 1);
        assertThat(ImageQuality.psnr(images, images, plain).toDoubleArray()).containsOnly(Double.POSITIVE_INFINITY);
        assertThat(ImageQuality.ssim(images, images, plain).toDoubleArray())
                .containsExactly(new double[] {1, 1, 1, 1}, within(1e-12));
    }

    @Test
    void whatCannotBeComparedIsRefused() {
        Convention standard = Convention.STANDARD;
        assertThatThrownBy(() -> ImageQuality.psnr(images, images.narrow(0, 0, 2), standard))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("[2, 3, 24, 20]");
        Tensor small = images.narrow(3, 0, 6);
        assertThat(ImageQuality.psnr(small, small, standard).shape()).containsExactly(4);
        assertThatThrownBy(() -> ImageQuality.ssim(small, small, standard)).hasMessageContaining("at least 7 x 7");
        ImageQuality quality = new ImageQuality(standard);
        quality.add(images, reconstructions);
        double psnr = quality.psnr();
        assertThatThrownBy(() -> quality.add(small, small)).hasMessageContaining("at least 7 x 7");
        assertThat(quality.psnr()).isEqualTo(psnr);
        assertThatThrownBy(() -> new Convention(true, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theGivenTensorsAreLeftAlone() {
        float[] before = reconstructions.toFloatArray();
        float[] original = images.toFloatArray();
        long live = Memory.liveTensors();
        new ImageQuality(new Convention(false, 2)).add(images, reconstructions.requiresGrad_(true));
        assertThat(Memory.liveTensors()).isEqualTo(live);
        assertThat(reconstructions.toFloatArray()).isEqualTo(before);
        assertThat(images.toFloatArray()).isEqualTo(original);
    }
}
