package org.flowprior.data;

import java.util.Random;

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

    /** Returns the unit vector at an angle; StrictMath gives the same numbers on every machine. */
    static double[] direction(double angle) {
        return new double[] {StrictMath.cos(angle), StrictMath.sin(angle)};
    }
}
