package org.flowprior.data;

import java.util.Random;

/**
 * The random numbers of one procedural image. {@link Random} is the one generator whose numbers its documentation fixes
 * for good.
 */
final class ProceduralNumbers {

    private final Random random;

    ProceduralNumbers(long seed, long image) {
        // Random's first numbers follow its seed closely: the finaliser of MurmurHash3 scatters the seeds.
        long z = seed * 0x9e3779b97f4a7c15L + image;
        z = (z ^ z >>> 33) * 0xff51afd7ed558ccdL;
        z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
        random = new Random(z ^ z >>> 33);
    }

    /** A number in [from, to). */
    double between(double from, double to) {
        return from + (to - from) * random.nextDouble();
    }

    /** A whole number in [0, bound). */
    int below(int bound) {
        return random.nextInt(bound);
    }

    boolean coin() {
        return random.nextInt(2) == 1;
    }

    /** A direction of length 1: x, y. */
    double[] direction() {
        return direction(between(0, 2 * Math.PI));
    }

    /** The direction at that angle; StrictMath's numbers are the same on every machine. */
    static double[] direction(double angle) {
        return new double[] {StrictMath.cos(angle), StrictMath.sin(angle)};
    }
}
