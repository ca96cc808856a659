package org.flowprior.data;

import java.awt.image.BufferedImage;
import java.nio.file.Path;

/**
 * An 8-bit image in RGB.
 *
 * @param width  columns, at least 1
 * @param height rows, at least 1
 * @param pixels uint8 [height, width, 3]; not copied
 */
public record RgbImage(int width, int height, byte[] pixels) {

    /**
     * Wraps the bytes.
     *
     * @throws IllegalArgumentException when the sizes are not positive or do not fit the bytes
     */
    public RgbImage {
        if (width < 1 || height < 1 || pixels.length != 3L * width * height) {
            throw new IllegalArgumentException("an RGB image of " + width + " x " + height + " pixels does not have "
                    + pixels.length + " bytes");
        }
    }

    /**
     * Returns the part with this upper left corner and size.
     *
     * @throws IllegalArgumentException when it reaches past the image
     */
    public RgbImage crop(int x, int y, int columns, int rows) {
        if (x < 0 || y < 0 || columns > width - x || rows > height - y) {
            throw new IllegalArgumentException("a crop of " + columns + " x " + rows + " at (" + x + ", " + y
                    + ") reaches past an image of " + width + " x " + height);
        }
        byte[] part = new byte[Math.multiplyExact(3 * columns, rows)];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(pixels, 3 * ((y + row) * width + x), part, 3 * row * columns, 3 * columns);
        }
        return new RgbImage(columns, rows, part);
    }

    /** Returns the mirror image, left to right. */
    public RgbImage flippedHorizontally() {
        byte[] flipped = new byte[pixels.length];
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                int to = row * width + width - 1 - column;
                System.arraycopy(pixels, 3 * (row * width + column), flipped, 3 * to, 3);
            }
        }
        return new RgbImage(width, height, flipped);
    }

    /** Returns the colours 0xRRGGBB of pixels in an array [&hellip;, 3]. */
    static int[] colours(byte[] levels, int firstPixel, int count) {
        int[] colours = new int[count];
        for (int i = 0; i < count; i++) {
            int at = 3 * (firstPixel + i);
            colours[i] = (levels[at] & 0xff) << 16 | (levels[at + 1] & 0xff) << 8 | levels[at + 2] & 0xff;
        }
        return colours;
    }

    /**
     * Writes the image as a PNG file, and atomically replaces an existing file.
     *
     * @throws java.io.UncheckedIOException when the file cannot be written
     */
    public void writePng(Path file) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        picture.setRGB(0, 0, width, height, colours(pixels, 0, width * height), 0, width);
        PngFile.write(file, picture);
    }
}
