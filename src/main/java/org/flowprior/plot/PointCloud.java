package org.flowprior.plot;

import java.awt.Color;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.util.stream.IntStream;

/**
 * Points of the plane, all drawn in one way.
 *
 * @param label their name
 * @param look  their shape and colour
 * @param x     as many as y
 * @param y     as many as x
 */
record PointCloud(String label, Look look, double[] x, double[] y) {

    /** The shapes and colours of points in the paper's figures. */
    enum Look {
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

    /** Throws an {@link IllegalArgumentException} unless there is one y for each x. */
    PointCloud {
        if (x.length != y.length) {
            throw new IllegalArgumentException(x.length + " x for " + y.length + " y");
        }
    }

    /** Returns the cloud of points given as x, y, x, y … */
    static PointCloud of(String label, Look look, double[] pairs) {
        int count = pairs.length / 2;
        return new PointCloud(label, look, IntStream.range(0, count).mapToDouble(i -> pairs[2 * i]).toArray(),
                IntStream.range(0, count).mapToDouble(i -> pairs[2 * i + 1]).toArray());
    }
}
