package org.flowprior.plot;

import java.awt.image.BufferedImage;
import java.util.Arrays;

/**
 * A function's values on a grid of points that includes its borders.
 *
 * @param x      positions of the columns, rising and evenly spaced, at least two
 * @param y      positions of the rows, rising and evenly spaced, at least two
 * @param values {@code [y.length][x.length]}
 */
record HeatMap(double[] x, double[] y, double[][] values) {

    /** Throws an {@link IllegalArgumentException} for sizes that do not fit. */
    HeatMap {
        if (x.length < 2 || y.length < 2 || values.length != y.length
                || Arrays.stream(values).anyMatch(row -> row.length != x.length)) {
            throw new IllegalArgumentException("a heat map needs at least 2 x 2 points and as many values, not "
                    + x.length + " x " + y.length);
        }
    }

    /** Returns evenly spaced positions from one border to the other. */
    static double[] positions(double from, double to, int count) {
        double[] positions = new double[count];
        for (int i = 0; i < count; i++) {
            positions[i] = from + (to - from) * i / (count - 1);
        }
        return positions;
    }

    double minimum() {
        return Arrays.stream(values).flatMapToDouble(Arrays::stream).min().orElseThrow();
    }

    double maximum() {
        return Arrays.stream(values).flatMapToDouble(Arrays::stream).max().orElseThrow();
    }

    /** Draws the map from border to border, with values interpolated between the grid's points. */
    BufferedImage image(int width, int height) {
        double low = minimum();
        double span = Math.max(maximum() - low, Double.MIN_NORMAL);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int row = 0; row < height; row++) {
            double v = (1 - (row + 0.5) / height) * (y.length - 1);
            for (int column = 0; column < width; column++) {
                double u = (column + 0.5) / width * (x.length - 1);
                image.setRGB(column, row, ColorMap.at((interpolated(u, v) - low) / span).getRGB());
            }
        }
        return image;
    }

    private double interpolated(double u, double v) {
        int i = Math.min((int) u, x.length - 2);
        int j = Math.min((int) v, y.length - 2);
        double a = u - i;
        double b = v - j;
        return (1 - b) * ((1 - a) * values[j][i] + a * values[j][i + 1])
                + b * ((1 - a) * values[j + 1][i] + a * values[j + 1][i + 1]);
    }
}
