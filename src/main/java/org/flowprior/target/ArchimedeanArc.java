package org.flowprior.target;

import java.util.List;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * A piece of a spiral around a centre: the point at angle a has the distance radius + growth a. With growth 0 it is a
 * circular arc.
 *
 * @param start  the first angle
 * @param sweep  last angle minus first
 * @param radius at angle 0
 * @param growth of the radius per radian
 */
record ArchimedeanArc(double start, double sweep, double radius, double growth, double centreX, double centreY) {

    ArchimedeanArc dividedBy(double scale) {
        return new ArchimedeanArc(start, sweep, radius / scale, growth / scale, centreX / scale, centreY / scale);
    }

    /** Returns the point at start + u sweep. */
    double[] at(double u) {
        double angle = start + sweep * u;
        double distance = radius + growth * angle;
        return new double[] {centreX + distance * Math.cos(angle), centreY + distance * Math.sin(angle)};
    }

    /** Returns the length of the derivative of {@link #at}. */
    double speed(double u) {
        return Math.abs(sweep) * Math.hypot(radius + growth * (start + sweep * u), growth);
    }

    /** Draws points uniformly in the angle, [2, count]. */
    Tensor sample(long count, Generator generator) {
        Tensor angle = Torch.rand(new long[] {count}, generator).mul_(sweep).add_(start);
        Tensor distance = angle.mul(growth).add_(radius);
        return Torch.stack(List.of(distance.mul(angle.cos()).add_(centreX), distance.mul(angle.sin()).add_(centreY)));
    }
}
