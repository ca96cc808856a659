package org.flowprior.plot;

import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;

/**
 * Points of the plane, all drawn alike.
 *
 * @param label what they are
 * @param look  how they are drawn
 * @param x     as many as y
 * @param y     as many as x
 */
public record PointCloud(String label, Look look, double[] x, double[] y) {

    /** How the paper's figures draw points. */
    public enum Look {
        /** Small dots in royal blue. */
        DATA(new Color(0x41, 0x69, 0xe1, 153), new Ellipse2D.Double(-0.8, -0.8, 1.6, 1.6)),
        /** Triangles in crimson. */
        LATENTS(new Color(0xdc, 0x14, 0x3c, 153), triangle(1.7));

        final Color color;
        final Shape shape;

        Look(Color color, Shape shape) {
            this.color = color;
            this.shape = shape;
        }

        private static Shape triangle(double radius) {
            Path2D path = new Path2D.Double();
            for (int i = 0; i < 3; i++) {
                double angle = Math.PI * (2.0 * i / 3 - 0.5);
                if (i == 0) {
                    path.moveTo(radius * Math.cos(angle), radius * Math.sin(angle));
                } else {
                    path.lineTo(radius * Math.cos(angle), radius * Math.sin(angle));
                }
            }
            path.closePath();
            return path;
        }
    }

    /** Throws {@link IllegalArgumentException} unless there is one y for each x. */
    public PointCloud {
        if (x.length != y.length) {
            throw new IllegalArgumentException(x.length + " x for " + y.length + " y");
        }
    }

    /** The cloud of points that lie one behind the other: x, y, x, y … */
    public static PointCloud of(String label, Look look, double[] pairs) {
        double[] x = new double[pairs.length / 2];
        double[] y = new double[pairs.length / 2];
        for (int i = 0; i < x.length; i++) {
            x[i] = pairs[2 * i];
            y[i] = pairs[2 * i + 1];
        }
        return new PointCloud(label, look, x, y);
    }
}
