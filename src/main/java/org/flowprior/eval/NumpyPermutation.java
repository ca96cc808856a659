package org.flowprior.eval;

import java.util.stream.IntStream;

/**
 * The permutations of NumPy's {@code RandomState(seed).permutation(n)}, and of {@code shuffle} of 0 to n &minus; 1 after
 * {@code np.random.seed(seed)}. The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded with one word, draws
 * indices by rejection for the Fisher-Yates shuffle from the end.
 */
public final class NumpyPermutation {

    private static final int WORDS = 624;
    private static final int MIDDLE = 397;

    private final int[] state = new int[WORDS];
    private int used = WORDS;

    private NumpyPermutation(int seed) {
        state[0] = seed;
        for (int i = 1; i < WORDS; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ state[i - 1] >>> 30) + i;
        }
    }

    /**
     * Returns a permutation of 0 to n &minus; 1.
     *
     * @param seed not negative
     * @param n    not negative
     */
    public static int[] of(int seed, int n) {
        if (seed < 0 || n < 0) {
            throw new IllegalArgumentException("a permutation has a seed and a length of 0 or more, not " + seed
                    + " and " + n);
        }
        NumpyPermutation twister = new NumpyPermutation(seed);
        int[] order = IntStream.range(0, n).toArray();
        for (int i = n - 1; i > 0; i--) {
            int j = twister.upTo(i);
            int last = order[i];
            order[i] = order[j];
            order[j] = last;
        }
        return order;
    }

    private int upTo(int largest) {
        int mask = -1 >>> Integer.numberOfLeadingZeros(largest);
        int number;
        do {
            number = next() & mask;
        } while (number > largest);
        return number;
    }

    private int next() {
        if (used == WORDS) {
            twist();
            used = 0;
        }
        int y = state[used++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9D2C5680;
        y ^= y << 15 & 0xEFC60000;
        return y ^ y >>> 18;
    }

    private void twist() {
        for (int i = 0; i < WORDS; i++) {
            int y = state[i] & 0x80000000 | state[(i + 1) % WORDS] & 0x7FFFFFFF;
            state[i] = state[(i + MIDDLE) % WORDS] ^ y >>> 1 ^ ((y & 1) == 0 ? 0 : 0x9908B0DF);
        }
    }
}
