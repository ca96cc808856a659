package org.flowprior.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicReference;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * JPEG (CMYK and YCCK too), PNG, GIF, BMP and TIFF files to 8-bit RGB, as {@code PIL.Image.open(f).convert('RGB')}:
 * alpha is dropped, colour profiles and the orientation of the camera are ignored, of 16 bits the upper 8 stay. One
 * exception: Pillow turns all greys of a 16-bit grey image above 255 white; here the upper 8 bits stay as with RGB.
 *
 * <p>JPEG leaves decoders some freedom: values differ from libjpeg-turbo's by a few levels.
 */
public final class ImageDecoder {

    /** Pillow's limit against decompression bombs. */
    private static final long MOST_PIXELS = 178_956_970;

    private ImageDecoder() {}

    /**
     * The image that those bytes are.
     *
     * @param file the bytes of the file
     * @param name what to call the image in the exception
     * @throws CorruptImageException when the bytes are damaged, cut short, or no image
     */
    public static RgbImage decode(byte[] file, String name) {
        try {
            return decode(file);
        } catch (IOException | RuntimeException e) { // the readers throw much on damaged files
            String reason = e.getMessage() == null ? e.getClass().getSimpleName()
                    : e.getMessage().lines().findFirst().orElse("");
            throw new CorruptImageException(name, reason, e);
        } catch (OutOfMemoryError e) { // what a damaged header asks for
            throw new CorruptImageException(name, "its size does not fit in the Java heap", e);
        }
    }

    private static RgbImage decode(byte[] file) throws IOException {
        byte[] checked = JpegFile.isJpeg(file) ? JpegFile.withoutProfile(file) : file;
        if (PngFile.isPng(file)) {
            PngFile.check(file);
        }
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(checked))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            if (!readers.hasNext()) {
                throw new IOException(file.length == 0 ? "the file is empty"
                        : "not a JPEG, PNG, GIF, BMP or TIFF file");
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
                requireModest(reader.getWidth(0), reader.getHeight(0));
                BufferedImage image = reader.read(0);
                if (cut.get() != null) {
                    throw new IOException("the file is cut short (" + cut.get() + ")");
                }
                return rgb(image);
            } finally {
                reader.dispose();
            }
        }
    }

    private static void requireModest(int width, int height) throws IOException {
        if ((long) width * height > MOST_PIXELS) {
            throw new IOException(width + " x " + height + " pixels are more than " + MOST_PIXELS);
        }
    }

    private static RgbImage rgb(BufferedImage image) {
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
        return converted(image);
    }

    private static RgbImage fromPalette(BufferedImage image, IndexColorModel palette) {
        int[] colors = new int[palette.getMapSize()];
        palette.getRGBs(colors);
        Raster raster = image.getRaster();
        int width = image.getWidth();
        byte[] pixels = new byte[3 * width * image.getHeight()];
        int[] row = new int[width * raster.getNumBands()];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                to = put(pixels, to, colors[Math.min(row[x], colors.length - 1)]);
            }
        }
        return new RgbImage(width, image.getHeight(), pixels);
    }

    private static RgbImage fromSamples(BufferedImage image, ColorModel colors, boolean grey) {
        Raster raster = image.getRaster();
        int width = image.getWidth();
        int bands = raster.getNumBands();
        byte[] pixels = new byte[3 * width * image.getHeight()];
        int[] row = new int[width * bands];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            raster.getPixels(0, y, width, 1, row);
            for (int x = 0; x < width; x++) {
                for (int channel = 0; channel < 3; channel++) {
                    int band = grey ? 0 : channel;
                    pixels[to++] = (byte) eightBits(row[x * bands + band], colors.getComponentSize(band));
                }
            }
        }
        return new RgbImage(width, image.getHeight(), pixels);
    }

    private static int eightBits(int sample, int bits) {
        return bits == 8 ? sample : bits > 8 ? sample >>> bits - 8 : sample * 255 / ((1 << bits) - 1);
    }

    private static RgbImage converted(BufferedImage image) {
        int width = image.getWidth();
        byte[] pixels = new byte[3 * width * image.getHeight()];
        int[] row = new int[width];
        int to = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, width, 1, row, 0, width);
            for (int color : row) {
                to = put(pixels, to, color);
            }
        }
        return new RgbImage(width, image.getHeight(), pixels);
    }

    private static int put(byte[] pixels, int to, int color) {
        pixels[to] = (byte) (color >> 16);
        pixels[to + 1] = (byte) (color >> 8);
        pixels[to + 2] = (byte) color;
        return to + 3;
    }
}
