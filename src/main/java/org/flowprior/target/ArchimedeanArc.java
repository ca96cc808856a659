package org.flowprior.target;

import java.util.List;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * A piece of a spiral around a centre: the point at angle a is at distance radius + growth a. A circular arc for
 * growth 0.
 *
 * @param start  the first angle
 * @param sweep  how far the angle goes
 * @param radius at angle 0
 * @param growth of the radius for each radian
 */
record ArchimedeanArc(double start, double sweep, double radius, double growth, double centreX, double centreY) {

    ArchimedeanArc dividedBy(double scale) {
        return new ArchimedeanArc(start, sweep, radius / scale, growth / scale, centreX / scale, centreY / scale);
    }

    /** The point at the share u of the sweep. */
    double[] at(double u) {
        double angle = start + sweep * u;
        double distance = radius + growth * angle;
        return new double[] {centreX + distance * Math.cos(angle), centreY + distance * Math.sin(angle)};
    }

    /** Length of the velocity of {@link #at}. */
    double speed(double u) {
        return Math.abs(sweep) * Math.hypot(radius + growth * (start + sweep * u), growth);
    }

    /** The x coordinates of points; y with {@link #y}. */
    Tensor x(Tensor angle) {
        return angle.mul(growth).add_(radius).mul_(angle.cos()).add_(centreX);
    }

    Tensor y(Tensor angle) {
        return angle.mul(growth).add_(radius).mul_(angle.sin()).add_(centreY);
    }

    /** Points drawn uniformly in the angle, [2, count]. */
    Tensor sample(long count, Generator generator) {
        Tensor angle = Torch.rand(new long[] {count}, generator).mul_(sweep).add_(start);
        return Torch.stack(List.of(x(angle), y(angle)));
    }
}
