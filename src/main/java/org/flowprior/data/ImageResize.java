package org.flowprior.data;

import java.util.Arrays;

/**
 * Resizes with antialiasing in Pillow's 8-bit integer arithmetic, bit for bit as {@code PIL.Image.resize} of an RGB
 * image, in two passes with 8 bits between them: along the rows, then along the columns. A pass is left out if its size
 * does not change.
 */
public final class ImageResize {

    /** The weight of a pixel as a function of its distance from the output pixel's centre. */
    public enum Filter {
        /** The mean of the pixels covered: {@code PIL.Image.BOX}. */
        BOX(0.5) {
            @Override
            double weight(double x) {
                return x > -0.5 && x <= 0.5 ? 1 : 0;
            }
        },
        /** Cubic convolution with a = -1/2: {@code PIL.Image.BICUBIC}. */
        BICUBIC(2) {
            @Override
            double weight(double x) {
                double a = -0.5;
                double d = Math.abs(x);
                return d < 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
            }
        };

        private final double support;

        Filter(double support) {
            this.support = support;
        }

        abstract double weight(double x);
    }

    private static final int FRACTION_BITS = 22;

    private ImageResize() {}

    /**
     * Returns the image in another size.
     *
     * @throws IllegalArgumentException when a size is not positive
     */
    public static RgbImage resize(RgbImage image, int width, int height, Filter filter) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("an image cannot be resized to " + width + " x " + height);
        }
        RgbImage wide = width == image.width() ? image : horizontal(image, Taps.of(image.width(), width, filter));
        return height == wide.height() ? wide : vertical(wide, Taps.of(wide.height(), height, filter));
    }

    private static RgbImage horizontal(RgbImage image, Taps taps) {
        int width = taps.first.length;
        byte[] in = image.pixels();
        byte[] out = new byte[Math.multiplyExact(3 * width, image.height())];
        int to = 0;
        for (int row = 0; row < image.height(); row++) {
            int start = 3 * row * image.width();
            for (int column = 0; column < width; column++) {
                int red = 1 << FRACTION_BITS - 1;
                int green = red;
                int blue = red;
                int from = start + 3 * taps.first[column];
                for (int weight : taps.weights[column]) {
                    red += (in[from] & 0xff) * weight;
                    green += (in[from + 1] & 0xff) * weight;
                    blue += (in[from + 2] & 0xff) * weight;
                    from += 3;
                }
                out[to++] = clamped(red);
                out[to++] = clamped(green);
                out[to++] = clamped(blue);
            }
        }
        return new RgbImage(width, image.height(), out);
    }

    private static RgbImage vertical(RgbImage image, Taps taps) {
        int height = taps.first.length;
        int stride = 3 * image.width();
        byte[] in = image.pixels();
        byte[] out = new byte[Math.multiplyExact(stride, height)];
        int[] sums = new int[stride];
        for (int row = 0; row < height; row++) {
            Arrays.fill(sums, 1 << FRACTION_BITS - 1);
            int from = stride * taps.first[row];
            for (int weight : taps.weights[row]) {
                for (int i = 0; i < stride; i++) {
                    sums[i] += (in[from + i] & 0xff) * weight;
                }
                from += stride;
            }
            for (int i = 0; i < stride; i++) {
                out[stride * row + i] = clamped(sums[i]);
            }
        }
        return new RgbImage(image.width(), height, out);
    }

    private static byte clamped(int sum) {
        return (byte) Math.clamp(sum >> FRACTION_BITS, 0, 255);
    }

    /**
     * The input pixels of each output pixel along one axis.
     *
     * @param first   the first input pixel of each
     * @param weights the weights of the pixels from there on, times 2^22
     */
    private record Taps(int[] first, int[][] weights) {

        static Taps of(int in, int out, Filter filter) {
            double scale = (double) in / out;
            double stretch = Math.max(scale, 1);
            double support = filter.support * stretch;
            double inverse = 1 / stretch;
            int[] first = new int[out];
            int[][] weights = new int[out][];
            for (int i = 0; i < out; i++) {
                double centre = (i + 0.5) * scale;
                int low = Math.max(0, (int) (centre - support + 0.5));
                int high = Math.min(in, (int) (centre + support + 0.5));
                double[] real = new double[high - low];
                double sum = 0;
                for (int j = 0; j < real.length; j++) {
                    real[j] = filter.weight((j + low - centre + 0.5) * inverse);
                    sum += real[j];
                }
                first[i] = low;
                weights[i] = new int[real.length];
                for (int j = 0; j < real.length; j++) {
                    double weight = sum == 0 ? real[j] : real[j] / sum;
                    weights[i][j] = (int) (weight * (1 << FRACTION_BITS) + (weight < 0 ? -0.5 : 0.5));
                }
            }
            return new Taps(first, weights);
        }
    }
}
