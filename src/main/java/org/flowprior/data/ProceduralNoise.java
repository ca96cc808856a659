package org.flowprior.data;

/** A smooth random function on the unit square, with values in [-1, 1]. */
final class ProceduralNoise {

    private final int cells;
    private final double[] values;

    /** Draws values on a lattice of {@code cells} a side; {@link #at} interpolates between them. */
    ProceduralNoise(ProceduralNumbers numbers, int cells) {
        this.cells = cells;
        this.values = new double[(cells + 1) * (cells + 1)];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.between(-1, 1);
        }
    }

    double at(double x, double y) {
        int column = Math.min((int) (x * cells), cells - 1);
        int row = Math.min((int) (y * cells), cells - 1);
        double u = smooth(x * cells - column);
        double v = smooth(y * cells - row);
        int corner = row * (cells + 1) + column;
        double above = values[corner] + u * (values[corner + 1] - values[corner]);
        int below = corner + cells + 1;
        return above + v * (values[below] + u * (values[below + 1] - values[below]) - above);
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }
}
