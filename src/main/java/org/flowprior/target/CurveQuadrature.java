package org.flowprior.target;

import java.util.List;

/**
 * Nodes and weights for integrals over curves that are uniform in their parameter: panels of equal arc length, each
 * with sixteen Gauss&ndash;Legendre nodes. Equal weights at midpoints would be wrong by a percent at the ends of a
 * curve.
 */
final class CurveQuadrature {

    private static final int PANEL = 16;
    private static final int TABLE = 1 << 14;

    final double[][] points;
    final double[] weights;

    CurveQuadrature(List<ArchimedeanArc> arcs, int panelsPerArc) {
        double[] roots = new double[PANEL];
        double[] shares = new double[PANEL];
        legendre(roots, shares);
        this.points = new double[arcs.size() * panelsPerArc * PANEL][];
        this.weights = new double[points.length];
        int k = 0;
        for (ArchimedeanArc arc : arcs) {
            double[] borders = borders(arc, panelsPerArc);
            for (int p = 0; p < panelsPerArc; p++) {
                double width = borders[p + 1] - borders[p];
                for (int i = 0; i < PANEL; i++, k++) {
                    points[k] = arc.at(borders[p] + width * (roots[i] + 1) / 2);
                    weights[k] = width * shares[i] / 2 / arcs.size();
                }
            }
        }
    }

    /** Returns parameters that cut the arc into parts of about equal length; the integral holds for any cut. */
    private static double[] borders(ArchimedeanArc arc, int panels) {
        double total = 0;
        for (int i = 0; i < TABLE; i++) {
            total += arc.speed((i + 0.5) / TABLE);
        }
        double[] borders = new double[panels + 1];
        borders[panels] = 1;
        double length = 0;
        int next = 1;
        for (int i = 0; i < TABLE && next < panels; i++) {
            double step = arc.speed((i + 0.5) / TABLE);
            while (next < panels && length + step >= total * next / panels) {
                borders[next] = (i + (total * next / panels - length) / step) / TABLE;
                next++;
            }
            length += step;
        }
        return borders;
    }

    /** Finds the roots of the Legendre polynomial by Newton's method, and their weights. */
    private static void legendre(double[] roots, double[] weights) {
        int n = roots.length;
        for (int i = 0; i < n; i++) {
            double x = -Math.cos(Math.PI * (i + 0.75) / (n + 0.5));
            double slope = 0;
            for (int step = 0; step < 8; step++) {
                double before = 1;
                double value = x;
                for (int degree = 2; degree <= n; degree++) {
                    double after = ((2 * degree - 1) * x * value - (degree - 1) * before) / degree;
                    before = value;
                    value = after;
                }
                slope = n * (x * value - before) / (x * x - 1);
                x -= value / slope;
            }
            roots[i] = x;
            weights[i] = 2 / ((1 - x * x) * slope * slope);
        }
    }
}
