package org.flowprior.data;

/**
 * An 8-bit image in RGB.
 *
 * @param width  columns, at least 1
 * @param height rows, at least 1
 * @param pixels uint8, row by row, the three channels of a pixel together; not copied
 */
public record RgbImage(int width, int height, byte[] pixels) {

    /**
     * An image over those bytes.
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
     * The part of that size whose left upper corner is there.
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

    /** The image with left and right exchanged. */
    public RgbImage flippedHorizontally() {
        byte[] flipped = new byte[pixels.length];
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                int from = 3 * (row * width + column);
                int to = 3 * (row * width + width - 1 - column);
                flipped[to] = pixels[from];
                flipped[to + 1] = pixels[from + 1];
                flipped[to + 2] = pixels[from + 2];
            }
        }
        return new RgbImage(width, height, flipped);
    }
}
