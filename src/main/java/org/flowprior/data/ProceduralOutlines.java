package org.flowprior.data;

/** Figures made of straight lines, of about radius 1 around the origin, y downwards. */
final class ProceduralOutlines {

    /** Centre lines of digits: x, y of each point. */
    static final double[] TWO = {-0.50, -0.42, -0.45, -0.64, -0.28, -0.79, 0, -0.85, 0.28, -0.79, 0.45, -0.64, 0.50,
        -0.42, 0.43, -0.18, 0.25, 0.07, -0.52, 0.85, 0.55, 0.85};
    static final double[] FOUR = {0.22, 0.85, 0.22, -0.85, -0.58, 0.35, 0.58, 0.35};
    static final double[] SEVEN = {-0.55, -0.85, 0.55, -0.85, -0.12, 0.85};

    private ProceduralOutlines() {}

    /** Makes a star of outer radius 1; with three points and an inner radius of 0.5 it is a triangle. */
    static ProceduralShape star(int points, double inner) {
        double[] corners = new double[4 * points];
        for (int i = 0; i < 2 * points; i++) {
            double[] direction = ProceduralNumbers.direction(Math.PI * i / points);
            double radius = i % 2 == 0 ? 1 : inner;
            corners[2 * i] = radius * direction[0];
            corners[2 * i + 1] = radius * direction[1];
        }
        return polygon(corners);
    }

    /** Makes a stroke with this half width along a line through the points. */
    static ProceduralShape stroke(double[] points, double halfWidth) {
        return (x, y) -> {
            double nearest = Double.MAX_VALUE;
            for (int i = 2; i < points.length; i += 2) {
                nearest = Math.min(nearest, squaredDistance(x, y, points, i - 2, i));
            }
            return Math.sqrt(nearest) - halfWidth;
        };
    }

    private static ProceduralShape polygon(double[] corners) {
        return (x, y) -> {
            double nearest = Double.MAX_VALUE;
            boolean within = false;
            int before = corners.length - 2;
            for (int i = 0; i < corners.length; before = i, i += 2) {
                nearest = Math.min(nearest, squaredDistance(x, y, corners, before, i));
                double ay = corners[before + 1];
                double by = corners[i + 1];
                // A point is inside if a ray to the right crosses an odd number of edges.
                if (ay > y != by > y && x < corners[before] + (corners[i] - corners[before]) * (y - ay) / (by - ay)) {
                    within = !within;
                }
            }
            return within ? -Math.sqrt(nearest) : Math.sqrt(nearest);
        };
    }

    /** Returns the squared distance from (x, y) to the segment between two points. */
    private static double squaredDistance(double x, double y, double[] points, int from, int to) {
        double ex = points[to] - points[from];
        double ey = points[to + 1] - points[from + 1];
        double px = x - points[from];
        double py = y - points[from + 1];
        double along = Math.clamp((px * ex + py * ey) / (ex * ex + ey * ey), 0.0, 1.0);
        double dx = px - along * ex;
        double dy = py - along * ey;
        return dx * dx + dy * dy;
    }
}
