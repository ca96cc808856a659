package org.flowprior.data;

import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;

/**
 * The random numbers of one procedural image, from {@link Random}, the only generator of the JDK whose documentation
 * fixes its numbers.
 */
final class ProceduralNumbers {

    private final Random random;

    ProceduralNumbers(long seed, long image) {
        // Random's first numbers depend on few bits of its seed, so MurmurHash3's finaliser mixes the seeds.
        long z = seed * 0x9e3779b97f4a7c15L + image;
        z = (z ^ z >>> 33) * 0xff51afd7ed558ccdL;
        z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
        random = new Random(z ^ z >>> 33);
    }

    /** Draws a number in [from, to). */
    double between(double from, double to) {
        return from + (to - from) * random.nextDouble();
    }

    /** Draws an integer in [0, bound). */
    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean coin() {
        return random.nextInt(2) == 1;
    }

    /** Draws a unit vector: x, y. */
    double[] direction() {
        return direction(between(0, 2 * Math.PI));
    }

    /**
     * Draws a smooth function on the unit square with values in [-1, 1], interpolated between the points of a lattice
     * of {@code cells} a side.
     */
    DoubleBinaryOperator noise(int cells) {
        double[] values = new double[(cells + 1) * (cells + 1)];
        Arrays.setAll(values, i -> between(-1, 1));
        return (x, y) -> {
            int column = Math.min((int) (x * cells), cells - 1);
            int row = Math.min((int) (y * cells), cells - 1);
            double u = smooth(x * cells - column);
            double v = smooth(y * cells - row);
            int corner = row * (cells + 1) + column;
            double above = values[corner] + u * (values[corner + 1] - values[corner]);
            int below = corner + cells + 1;
            return above + v * (values[below] + u * (values[below + 1] - values[below]) - above);
        };
    }

    private static double smooth(double t) {
        return t * t * (3 - 2 * t);
    }

    /** Returns the unit vector at an angle; StrictMath gives the same numbers on every machine. */
    static double[] direction(double angle) {
        return new double[] {StrictMath.cos(angle), StrictMath.sin(angle)};
    }
}
