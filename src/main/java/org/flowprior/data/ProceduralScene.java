package org.flowprior.data;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/** A shaded figure over a shaded ground of another colour; the scene does not depend on the image's size. */
final class ProceduralScene {

    /** A colour with a shading over the image. */
    private record Paint(double[] colour, double[] slope, DoubleBinaryOperator noise, double strength) {

        static Paint draw(ProceduralNumbers numbers, double[] colour) {
            double[] direction = numbers.direction();
            double steepness = numbers.between(0, 0.3);
            return new Paint(colour, new double[] {steepness * direction[0], steepness * direction[1]},
                    numbers.noise(3 + numbers.below(4)), numbers.between(0, 0.1));
        }

        /** Returns the addend to all three channels at a point. */
        double shade(double x, double y) {
            return slope[0] * (x - 0.5) + slope[1] * (y - 0.5) + strength * noise.applyAsDouble(x, y);
        }
    }

    /** A faint disc with a soft edge. */
    private record Disc(double x, double y, double radius, double softness, double opacity, double[] colour) {

        static Disc draw(ProceduralNumbers numbers, double[] around) {
            double[] colour = new double[3];
            for (int c = 0; c < 3; c++) {
                colour[c] = around[c] + numbers.between(-0.3, 0.3);
            }
            return new Disc(numbers.between(0, 1), numbers.between(0, 1), numbers.between(0.1, 0.35),
                    numbers.between(0.02, 0.15), numbers.between(0.2, 0.5), colour);
        }

        double share(double px, double py) {
            double distance = Math.sqrt((px - x) * (px - x) + (py - y) * (py - y)) - radius;
            return opacity * Math.clamp(0.5 - distance / softness, 0.0, 1.0);
        }
    }

    private final ProceduralShape figure;
    private final Paint ground;
    private final Paint ink;
    private final List<Disc> clutter = new ArrayList<>();

    ProceduralScene(ProceduralShape.Kind kind, ProceduralNumbers numbers) {
        double hue = numbers.between(0, 1);
        double otherHue = hue + numbers.between(0.2, 0.8);
        boolean dark = numbers.coin();
        double[] low = colour(hue, numbers.between(0.3, 0.95), numbers.between(0.1, 0.4));
        double[] high = colour(otherHue, numbers.between(0.1, 0.7), numbers.between(0.7, 0.95));
        ground = Paint.draw(numbers, dark ? low : high);
        ink = Paint.draw(numbers, dark ? high : low);
        figure = kind.draw(numbers);
        int discs = kind.isTexture() ? 0 : numbers.below(5);
        for (int i = 0; i < discs; i++) {
            clutter.add(Disc.draw(numbers, ground.colour));
        }
    }

    /** Returns red, green and blue of a hue (in turns), a chroma (share of the brightest channel) and that channel. */
    private static double[] colour(double hue, double chroma, double brightest) {
        double[] rgb = new double[3];
        for (int c = 0; c < 3; c++) {
            double turns = hue + (3 - c) / 3.0;
            double away = Math.abs(6 * (turns - Math.floor(turns)) - 3) - 1;
            rgb[c] = brightest * (1 - chroma * (1 - Math.clamp(away, 0.0, 1.0)));
        }
        return rgb;
    }

    RgbImage draw(int side) {
        byte[] pixels = new byte[3 * side * side];
        double[] rgb = new double[3];
        for (int row = 0; row < side; row++) {
            double y = (row + 0.5) / side;
            for (int column = 0; column < side; column++) {
                draw((column + 0.5) / side, y, side, rgb);
                for (int c = 0; c < 3; c++) {
                    pixels[3 * (row * side + column) + c] = (byte) (int) (255 * Math.clamp(rgb[c], 0.0, 1.0) + 0.5);
                }
            }
        }
        return new RgbImage(side, side, pixels);
    }

    /** Computes the colour at a pixel's centre; the figure covers a share of the pixel if its outline crosses it. */
    private void draw(double x, double y, int side, double... rgb) {
        double covered = Math.clamp(0.5 - side * figure.distance(x, y), 0.0, 1.0);
        double below = ground.shade(x, y);
        for (int c = 0; c < 3; c++) {
            rgb[c] = ground.colour[c] + below;
        }
        for (Disc disc : clutter) {
            double share = disc.share(x, y);
            for (int c = 0; c < 3; c++) {
                rgb[c] += share * (disc.colour[c] - rgb[c]);
            }
        }
        if (covered > 0) {
            double above = ink.shade(x, y);
            for (int c = 0; c < 3; c++) {
                rgb[c] += covered * (ink.colour[c] + above - rgb[c]);
            }
        }
    }
}
