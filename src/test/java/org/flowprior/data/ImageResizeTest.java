package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import org.flowprior.data.ImageResize.Filter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageResizeTest {

    @Test
    void everyPixelIsPillows() throws IOException {
        Map<String, RgbImage> images = PillowFiles.images("resized.npz");
        int compared = 0;
        for (Map.Entry<String, RgbImage> entry : images.entrySet()) {
            String[] name = entry.getKey().split("\\.");
            if (name.length == 3) {
                RgbImage expected = entry.getValue();
                RgbImage resized = ImageResize.resize(images.get(name[0] + ".in"), expected.width(), expected.height(),
                        Filter.valueOf(name[2]));
                assertThat(resized.pixels()).as(entry.getKey()).isEqualTo(expected.pixels());
                compared++;
            }
        }
        assertThat(compared).isEqualTo(32);
    }

    @Test
    void centreCropsArePillowsByAdmsRecipe() throws IOException {
        Map<String, RgbImage> images = PillowFiles.images("cropped.npz");
        int compared = 0;
        for (Map.Entry<String, RgbImage> entry : images.entrySet()) {
            String[] name = entry.getKey().split("\\.");
            if (name.length == 3) {
                RgbImage crop = new ImageCrop.Centre(Integer.parseInt(name[2]))
                        .apply(images.get(name[0] + ".in"), null);
                assertThat(crop.pixels()).as(entry.getKey()).isEqualTo(entry.getValue().pixels());
                compared++;
            }
        }
        assertThat(compared).isEqualTo(8);
    }

    /** The plans of the spec's section 7, by an image whose red and green say where a pixel was. */
    @ParameterizedTest
    @CsvSource({"500, 375", "375, 500", "1024, 768", "200, 150", "513, 512"})
    void aCentreCropKeepsTheMiddle(int width, int height) {
        byte[] pixels = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            pixels[3 * i] = (byte) (i % width * 256 / width);
            pixels[3 * i + 1] = (byte) (i / width * 256 / height);
        }
        RgbImage crop = new ImageCrop.Centre(256).apply(new RgbImage(width, height, pixels), null);
        assertThat(crop.width()).isEqualTo(256);
        assertThat(crop.height()).isEqualTo(256);
        int centre = 3 * (128 * 256 + 128);
        assertThat(crop.pixels()[centre] & 0xff).isBetween(126, 130);
        assertThat(crop.pixels()[centre + 1] & 0xff).isBetween(126, 130);
        int corner = Math.min(width, height) * 256 / width;
        assertThat(crop.pixels()[0] & 0xff).isBetween(Math.max(0, 128 - corner / 2 - 3), 128 - corner / 2 + 3);
    }

    @Test
    void aRandomCropDrawsSideThenRowThenColumn() {
        RgbImage image = new RgbImage(120, 90, noise(3 * 120 * 90));
        ImageCrop crop = new ImageCrop.Random(32);
        RgbImage cropped = crop.apply(image, new SplittableRandom(5));
        SplittableRandom random = new SplittableRandom(5);
        int side = random.nextInt(32, 41);
        RgbImage half = ImageResize.resize(image, 60, 45, Filter.BOX);
        RgbImage whole = 2 * side > 90 ? image : half;
        double scale = (double) side / Math.min(whole.width(), whole.height());
        RgbImage resized = ImageResize.resize(whole, (int) Math.rint(whole.width() * scale), side, Filter.BICUBIC);
        int y = random.nextInt(side - 31);
        int x = random.nextInt(resized.width() - 31);
        assertThat(cropped.pixels()).isEqualTo(resized.crop(x, y, 32, 32).pixels());
    }

    @Test
    void aRandomCropOfTheWholeIsTheCentreCropOfASquare() {
        RgbImage image = new RgbImage(48, 48, noise(3 * 48 * 48));
        assertThat(new ImageCrop.Random(32, 1, 1).apply(image, new SplittableRandom(1)).pixels())
                .isEqualTo(new ImageCrop.Centre(32).apply(image, null).pixels());
    }

    @Test
    void aFlipExchangesLeftAndRight() {
        RgbImage image = new RgbImage(2, 2, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
        assertThat(image.flippedHorizontally().pixels()).containsExactly(4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9);
    }

    @Test
    void wrongSizesAreRefused() {
        RgbImage image = new RgbImage(2, 2, new byte[12]);
        assertThatThrownBy(() -> ImageResize.resize(image, 0, 3, Filter.BOX))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> image.crop(1, 0, 2, 1)).hasMessageContaining("reaches past an image of 2 x 2");
        assertThatThrownBy(() -> new ImageCrop.Random(8, 0.9, 0.8)).hasMessageContaining("not 0.9 and 0.8");
        assertThatThrownBy(() -> new RgbImage(2, 2, new byte[11])).hasMessageContaining("11 bytes");
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new java.util.Random(3).nextBytes(bytes);
        return bytes;
    }
}
