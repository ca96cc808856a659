package org.flowprior.data;

import java.util.List;
import java.util.function.DoubleBinaryOperator;

/**
 * The figure of a procedural image as a signed distance to its outline, negative inside. The image is the unit square,
 * y downwards.
 */
@FunctionalInterface
interface ProceduralShape {

    /** Returns about the distance to the outline, exact near it. */
    double distance(double x, double y);

    /** The ten classes, by name. */
    List<Kind> KINDS = List.of(Kind.values());

    /** The kinds of figures. */
    enum Kind {
        CHECKERS, CIRCLE, CROSS, DOTS, FOUR, SEVEN, STAR, STRIPES, TRIANGLE, TWO;

        /** Returns whether the figure covers the whole image. */
        boolean isTexture() {
            return this == CHECKERS || this == DOTS || this == STRIPES;
        }

        /** Draws a figure of this kind. */
        ProceduralShape draw(ProceduralNumbers numbers) {
            return switch (this) {
                case CHECKERS -> texture(numbers, ProceduralShape::checkers);
                case DOTS -> {
                    double radius = numbers.between(0.24, 0.4);
                    yield texture(numbers, (x, y) -> dots(x, y, radius));
                }
                case STRIPES -> {
                    double share = numbers.between(0.35, 0.65);
                    yield texture(numbers, (x, y) -> edge(x, share));
                }
                case CIRCLE -> placed(numbers, Math.PI, (x, y) -> Math.sqrt(x * x + y * y) - 0.8);
                case CROSS -> {
                    double arm = numbers.between(0.2, 0.32);
                    yield placed(numbers, Math.PI, (x, y) -> Math.min(box(x, y, arm, 0.95), box(x, y, 0.95, arm)));
                }
                case STAR -> placed(numbers, Math.PI, ProceduralOutlines.star(5, numbers.between(0.36, 0.5)));
                case TRIANGLE -> placed(numbers, Math.PI, ProceduralOutlines.star(3, 0.5));
                case TWO -> digit(numbers, ProceduralOutlines.TWO);
                case FOUR -> digit(numbers, ProceduralOutlines.FOUR);
                case SEVEN -> digit(numbers, ProceduralOutlines.SEVEN);
            };
        }
    }

    /** Puts a figure of about radius 1 around the origin somewhere in the image. */
    private static ProceduralShape placed(ProceduralNumbers numbers, double turn, ProceduralShape figure) {
        double scale = numbers.between(0.2, 0.38);
        double[] turned = ProceduralNumbers.direction(numbers.between(-turn, turn));
        double centreX = numbers.between(scale, 1 - scale);
        double centreY = numbers.between(scale, 1 - scale);
        return (x, y) -> {
            double dx = (x - centreX) / scale;
            double dy = (y - centreY) / scale;
            return scale * figure.distance(turned[0] * dx + turned[1] * dy, turned[0] * dy - turned[1] * dx);
        };
    }

    private static ProceduralShape digit(ProceduralNumbers numbers, double[] line) {
        double width = numbers.between(0.12, 0.2);
        double slant = numbers.between(-0.15, 0.35);
        ProceduralShape stroke = ProceduralOutlines.stroke(line, width);
        return placed(numbers, 0.2, (x, y) -> stroke.distance(x + slant * y, y));
    }

    /** Turns, scales and slightly distorts a pattern of period 1. */
    private static ProceduralShape texture(ProceduralNumbers numbers, ProceduralShape pattern) {
        double period = numbers.between(0.13, 0.3);
        double[] turned = numbers.direction();
        double[] shift = {numbers.between(0, 2), numbers.between(0, 2)};
        double strength = numbers.between(0, 0.12);
        DoubleBinaryOperator bend = numbers.noise(4);
        return (x, y) -> {
            double bent = strength * bend.applyAsDouble(x, y);
            double px = (turned[0] * (x + bent) + turned[1] * y) / period + shift[0];
            double py = (turned[0] * y - turned[1] * (x + bent)) / period + shift[1];
            return period * pattern.distance(px, py);
        };
    }

    /** Returns the distance to the outline of bands along y that cover {@code share} of each period. */
    private static double edge(double x, double share) {
        double within = x - Math.floor(x);
        return Math.abs(within - 0.5) - share / 2;
    }

    private static double checkers(double x, double y) {
        double a = edge(x / 2, 0.5) * 2;
        double b = edge(y / 2, 0.5) * 2;
        double nearest = Math.min(Math.abs(a), Math.abs(b));
        return a < 0 == b < 0 ? -nearest : nearest;
    }

    private static double dots(double x, double y, double radius) {
        double dx = x - Math.floor(x) - 0.5;
        double dy = y - Math.floor(y) - 0.5;
        return Math.sqrt(dx * dx + dy * dy) - radius;
    }

    /** Returns the distance to a box around the origin, exact except at the corners. */
    private static double box(double x, double y, double halfWidth, double halfHeight) {
        return Math.max(Math.abs(x) - halfWidth, Math.abs(y) - halfHeight);
    }
}
