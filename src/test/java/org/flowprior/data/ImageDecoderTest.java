package org.flowprior.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ImageDecoderTest {

    private static final int JPEG_LEVELS = 3;
    private static final int LOSSY_WEBP_LEVELS = 10;

    @Test
    void pixelsArePillows() throws IOException {
        Map<String, RgbImage> expected = PillowFiles.images("decoded.npz");
        Map<String, byte[]> files = PillowFiles.files();
        assertThat(expected.keySet()).hasSizeGreaterThan(18).isEqualTo(files.keySet());
        files.forEach((name, file) -> assertThat(PillowFiles.difference(ImageDecoder.decode(file, name),
                expected.get(name)))
                .as(name).isLessThanOrEqualTo(name.endsWith(".jpg") ? JPEG_LEVELS : 0));
    }

    /** The decoder of lossy WebP repeats chroma, where libwebp interpolates: 7 levels from pixel to pixel in this image. */
    @Test
    void pixelsOfFourColoursAndOfWebpArePillows() throws IOException {
        Map<String, RgbImage> expected = PillowFiles.images("decoded-more.npz");
        Map<String, byte[]> files = PillowFiles.files("decode-more.zip");
        assertThat(files).hasSize(6).containsKeys("cmyk.jpg", "ycck.jpg", "lossless.webp", "lossy.webp");
        files.forEach((name, file) -> assertThat(PillowFiles.difference(ImageDecoder.decode(file, name),
                expected.get(name))).as(name).isLessThanOrEqualTo(name.equals("lossy.webp") ? LOSSY_WEBP_LEVELS : 0));
    }

    /** The reader goes on at the end of a file as if zeros followed, for hours in some of these. */
    @Test
    @Timeout(60)
    void damagedWebpEndsSoon() throws IOException {
        Random random = new Random(12);
        Map<String, byte[]> files = PillowFiles.files("decode-more.zip");
        for (String name : List.of("lossless.webp", "alpha.webp", "lossy.webp")) {
            byte[] file = files.get(name);
            for (double share : new double[] {0.1, 0.3, 0.5, 0.8, 0.95}) {
                byte[] cut = Arrays.copyOf(file, (int) (file.length * share));
                assertThatThrownBy(() -> ImageDecoder.decode(cut, "cut.webp")).as(name + " " + share)
                        .isInstanceOf(CorruptImageException.class).hasMessageStartingWith("cut.webp: corrupt image: ");
            }
            for (int i = 0; i < 200; i++) {
                byte[] damaged = file.clone();
                for (int change = random.nextInt(1, 5); change > 0; change--) {
                    damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
                }
                assertThatCode(() -> decodeOrRefuse(damaged)).as(name + " " + i).doesNotThrowAnyException();
            }
        }
    }

    @Test
    void transparentPixelsAreMentionedOnceInASet() throws IOException {
        byte[] transparent = PillowFiles.files("decode-more.zip").get("alpha.png");
        byte[] opaque = PillowFiles.files().get("rgb.png");
        List<String> said = new ArrayList<>();
        Handler handler = new Handler() {

            @Override
            public void publish(LogRecord record) {
                said.add(record.getMessage());
            }

            @Override
            public void flush() {
                // keeps nothing back
            }

            @Override
            public void close() {
                // has nothing open
            }
        };
        Logger logger = Logger.getLogger("org.flowprior.data");
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            Transparency set = Transparency.of("a/set");
            RgbImage image = ImageDecoder.decode(transparent, "b.png");
            ImageDecoder.decode(opaque, "a.png", set);
            assertThat(said).isEmpty();
            assertThat(ImageDecoder.decode(transparent, "b.png", set).pixels()).isEqualTo(image.pixels());
            ImageDecoder.decode(transparent, "c.png", set);
            assertThat(said).containsExactly("a/set: b.png has transparent pixels; alpha is dropped in this set, as "
                    + "Pillow's convert('RGB') does, so that their hidden colours show");
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
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
                "text.jpg: corrupt image: not a JPEG, PNG, GIF, BMP, TIFF or WebP file");
    }
}
