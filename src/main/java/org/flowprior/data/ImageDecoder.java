package org.flowprior.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes JPEG (also CMYK and YCCK), PNG, GIF, BMP, TIFF and WebP files to 8-bit RGB, as {@code
 * PIL.Image.open(f).convert('RGB')}: it drops alpha, ignores colour profiles and the camera's orientation, and keeps
 * the upper 8 of 16 bits. One exception: in a 16-bit grey image, Pillow makes all greys above 255 white; here the upper
 * 8 bits are kept, as with RGB.
 *
 * <p>The JPEG standard leaves decoders some freedom: values differ from libjpeg-turbo's by a few levels. In lossy WebP
 * files, chroma is repeated where libwebp interpolates it: edges of colours differ by more. Lossless ones are exact.
 */
public final class ImageDecoder {

    /** Pillow's limit against decompression bombs. */
    static final long MOST_PIXELS = 178_956_970;

    private ImageDecoder() {}

    /**
     * Decodes the bytes of a file.
     *
     * @param name the image's name in the exception
     * @throws CorruptImageException when the bytes are damaged, cut short, or not an image
     */
    public static RgbImage decode(byte[] file, String name) {
        return decode(file, name, Transparency.IGNORED);
    }

    /** Decodes the bytes of a file, and reports pixels that are not opaque. */
    static RgbImage decode(byte[] file, String name, Transparency transparency) {
        try {
            return decode(file, image -> transparency.look(image, name));
        } catch (IOException | RuntimeException e) { // on damaged files, the readers throw many kinds
            String reason = e.getMessage() == null ? e.getClass().getSimpleName()
                    : e.getMessage().lines().findFirst().orElse("");
            throw new CorruptImageException(name, reason, e);
        } catch (OutOfMemoryError e) { // from the size in a damaged header
            throw new CorruptImageException(name, "its size does not fit in the Java heap", e);
        }
    }

    private static RgbImage decode(byte[] file, Consumer<BufferedImage> seen) throws IOException {
        byte[] checked = JpegFile.isJpeg(file) ? JpegFile.withoutProfile(file) : file;
        if (PngFile.isPng(file)) {
            PngFile.check(file);
        }
        if (WebpFile.isWebp(file)) {
            WebpFile.check(file);
        }
        try (ImageInputStream in = new EndedInput(checked)) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException(file.length == 0 ? "the file is empty"
                        : "not a JPEG, PNG, GIF, BMP, TIFF or WebP file");
            }
            ImageReader reader = readers.next();
            try {
                AtomicReference<String> cut = new AtomicReference<>();
                reader.addIIOReadWarningListener((source, warning) -> {
                    if (warning.startsWith("Truncated") || warning.startsWith("Premature end")) {
                        cut.set(warning);
                    }
                });
                reader.setInput(in, true, true);
                if ((long) reader.getWidth(0) * reader.getHeight(0) > MOST_PIXELS) {
                    throw new IOException(reader.getWidth(0) + " x " + reader.getHeight(0) + " pixels are more than "
                            + MOST_PIXELS);
                }
                RgbImage image = JpegFile.hasFourColours(checked) ? JpegFile.rgb(reader.readRaster(0, null), checked)
                        : rgb(reader.read(0), seen);
                if (cut.get() != null) {
                    throw new IOException("the file is cut short (" + cut.get() + ")");
                }
                return image;
            } finally {
                reader.dispose();
            }
        }
    }

    private static RgbImage rgb(BufferedImage image, Consumer<BufferedImage> seen) {
        seen.accept(image);
        ColorModel colors = image.getColorModel();
        int space = colors.getColorSpace().getType();
        if (colors instanceof IndexColorModel palette) {
            return fromPalette(image, palette);
        }
        boolean samples = colors.getTransferType() <= DataBuffer.TYPE_USHORT
                || colors.getTransferType() == DataBuffer.TYPE_INT;
        if (samples && (space == ColorSpace.TYPE_RGB || space == ColorSpace.TYPE_GRAY)) {
            return fromSamples(image, colors, space == ColorSpace.TYPE_GRAY);
        }
        return fromRows(image, y -> image.getRGB(0, y, image.getWidth(), 1, null, 0, image.getWidth()));
    }

    private static RgbImage fromPalette(BufferedImage image, IndexColorModel palette) {
        int[] colors = new int[palette.getMapSize()];
        palette.getRGBs(colors);
        return fromRows(image, y -> {
            int[] row = image.getRaster().getSamples(0, y, image.getWidth(), 1, 0, (int[]) null);
            Arrays.setAll(row, x -> colors[Math.min(row[x], colors.length - 1)]);
            return row;
        });
    }

    private static RgbImage fromSamples(BufferedImage image, ColorModel colors, boolean grey) {
        Raster raster = image.getRaster();
        int bands = raster.getNumBands();
        int[] row = new int[image.getWidth()];
        int[] samples = new int[image.getWidth() * bands];
        return fromRows(image, y -> {
            raster.getPixels(0, y, row.length, 1, samples);
            for (int x = 0; x < row.length; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    int band = grey ? 0 : channel;
                    row[x] = row[x] << 8 | eightBits(samples[x * bands + band], colors.getComponentSize(band)) & 0xff;
                }
            }
            return row;
        });
    }

    private static int eightBits(int sample, int bits) {
        return bits == 8 ? sample : bits > 8 ? sample >>> bits - 8 : sample * 255 / ((1 << bits) - 1);
    }

    /** Makes an image of its rows of colours, 0xRRGGBB; the upper 8 bits are ignored. */
    private static RgbImage fromRows(BufferedImage image, IntFunction<int[]> rows) {
        byte[] pixels = new byte[3 * image.getWidth() * image.getHeight()];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int color : rows.apply(y)) {
                pixels[to++] = (byte) (color >> 16);
                pixels[to++] = (byte) (color >> 8);
                pixels[to++] = (byte) color;
            }
        }
        return new RgbImage(image.getWidth(), image.getHeight(), pixels);
    }
}
