package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ImageDecoderTest {

    private static final int JPEG_LEVELS = 3;

    @Test
    void pixelsArePillows() throws IOException {
        Map<String, RgbImage> expected = PillowFiles.images("decoded.npz");
        Map<String, byte[]> files = PillowFiles.files();
        assertThat(expected.keySet()).hasSizeGreaterThan(18).isEqualTo(files.keySet());
        files.forEach((name, file) -> assertThat(PillowFiles.difference(ImageDecoder.decode(file, name),
                expected.get(name)))
                .as(name).isLessThanOrEqualTo(name.endsWith(".jpg") ? JPEG_LEVELS : 0));
    }

    @Test
    void ofSixteenBitsTheUpperEightStay() throws IOException {
        BufferedImage grey = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        grey.getRaster().setSample(0, 0, 0, 0x1234);
        grey.getRaster().setSample(1, 0, 0, 0xfeff);
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(grey, "png", png);
        assertThat(ImageDecoder.decode(png.toByteArray(), "grey16.png").pixels())
                .containsExactly(0x12, 0x12, 0x12, 0xfe, 0xfe, 0xfe);
    }

    @Test
    void aFileCutShortIsNamed() throws IOException {
        Map<String, byte[]> files = PillowFiles.files();
        for (String name : new String[] {"rgb.png", "palette16.png", "rgb.jpg", "progressive.jpg", "cmyk.jpg",
            "rgb.bmp"}) {
            byte[] file = files.get(name);
            for (double share : new double[] {0, 0.1, 0.5, 0.9, 0.97}) {
                byte[] cut = Arrays.copyOf(file, (int) (file.length * share));
                assertThatThrownBy(() -> ImageDecoder.decode(cut, "a/" + name)).as(name + " " + share)
                        .isInstanceOf(CorruptImageException.class)
                        .hasMessageStartingWith("a/" + name + ": corrupt image: ")
                        .hasMessageNotContaining("\n");
            }
        }
    }

    @Test
    void damagedFilesAreDecodedOrNamed() throws IOException {
        Random random = new Random(11);
        for (Map.Entry<String, byte[]> entry : PillowFiles.files().entrySet()) {
            for (int i = 0; i < 60; i++) {
                byte[] damaged = entry.getValue().clone();
                for (int change = random.nextInt(1, 5); change > 0; change--) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                }
                assertThatCode(() -> decodeOrRefuse(damaged)).as(entry.getKey() + " " + i).doesNotThrowAnyException();
            }
        }
    }

    @Test
    void anImageOfAbsurdSizeIsRefusedBeforeItIsMade() throws IOException {
        byte[] png = PillowFiles.files().get("rgb.png");
        png[17] = 1; // width and height, 32 bits each from byte 16 on
        png[21] = 1;
        CRC32 checksum = new CRC32();
        checksum.update(png, 12, 17);
        ByteBuffer.wrap(png).putInt(29, (int) checksum.getValue());
        assertThatThrownBy(() -> ImageDecoder.decode(png, "huge.png")).isInstanceOf(CorruptImageException.class)
                .hasMessage("huge.png: corrupt image: 65573 x 65565 pixels are more than 178956970");
    }

    private static void decodeOrRefuse(byte[] file) {
        try {
            ImageDecoder.decode(file, "damaged");
        } catch (CorruptImageException e) {
            assertThat(e.image()).isEqualTo("damaged");
        }
    }

    @Test
    void whatIsNoImageIsRefused() {
        assertThatThrownBy(() -> ImageDecoder.decode(new byte[0], "empty.jpg")).hasMessage(
                "empty.jpg: corrupt image: the file is empty");
        assertThatThrownBy(() -> ImageDecoder.decode(new byte[] {1, 2, 3}, "text.jpg")).hasMessage(
                "text.jpg: corrupt image: not a JPEG, PNG, GIF, BMP or TIFF file");
    }
}
