package org.flowprior.torch.optim;

import java.util.function.DoubleFunction;
import org.flowprior.torch.Tensor;

/**
 * A line search for the strong Wolfe conditions, with cubic interpolation: the one of PyTorch's LBFGS, which is that of
 * minFunc (Schmidt, 2005).
 */
final class StrongWolfe {

    private static final double DECREASE = 1e-4;
    private static final double CURVATURE = 0.9;
    private static final double SMALLEST_CHANGE = 1e-9;

    /**
     * A point on the line.
     *
     * @param length distance from the start in units of the direction
     * @param slope  the gradient times the direction
     */
    record Point(double length, double loss, Tensor gradient, double slope) {}

    private final DoubleFunction<Point> line;
    private final double size;
    private final long most;
    private Point start;
    private Point low;
    private Point high;
    private boolean lowIsFirst;
    private long iterations;

    /** Searches along a direction with at most that many iterations. */
    StrongWolfe(DoubleFunction<Point> line, Tensor direction, long most) {
        this.line = line;
        this.size = direction.abs().max().item();
        this.most = most;
    }

    /** The point that it finds, from a first guess of the length. */
    Point search(Point from, double guess) {
        start = from;
        if (!bracket(guess)) {
            zoom();
        }
        return low;
    }

    private boolean isTooHigh(Point point) {
        return point.loss > start.loss + DECREASE * point.length * start.slope;
    }

    private boolean isFlat(Point point) {
        return Math.abs(point.slope) <= -CURVATURE * start.slope;
    }

    /** Sets the two ends; true if one of them will do. */
    private boolean bracket(double guess) {
        Point previous = start;
        Point point = line.apply(guess);
        while (iterations < most) {
            if (isTooHigh(point) || iterations > 1 && point.loss >= previous.loss) {
                ends(previous, point);
                return false;
            }
            if (isFlat(point)) {
                low = point;
                return true;
            }
            if (point.slope >= 0) {
                ends(previous, point);
                return false;
            }
            double next = cubic(previous, point, point.length + 0.01 * (point.length - previous.length),
                    point.length * 10);
            previous = point;
            point = line.apply(next);
            iterations++;
        }
        ends(start, point);
        return false;
    }

    private void ends(Point first, Point second) {
        lowIsFirst = first.loss <= second.loss;
        low = lowIsFirst ? first : second;
        high = lowIsFirst ? second : first;
    }

    private void zoom() {
        boolean stuck = false;
        while (iterations < most && Math.abs(high.length - low.length) * size >= SMALLEST_CHANGE) {
            Point first = lowIsFirst ? low : high;
            Point second = lowIsFirst ? high : low;
            double left = Math.min(low.length, high.length);
            double right = Math.max(low.length, high.length);
            double length = cubic(first, second, left, right);
            double margin = 0.1 * (right - left);
            boolean isNear = Math.min(right - length, length - left) < margin;
            if (isNear && (stuck || length >= right || length <= left)) {
                length = Math.abs(length - right) < Math.abs(length - left) ? right - margin : left + margin;
                stuck = false;
            } else {
                stuck = isNear;
            }
            Point point = line.apply(length);
            iterations++;
            if (isTooHigh(point) || point.loss >= low.loss) {
                replaceHigh(point);
            } else {
                boolean done = isFlat(point);
                if (!done && point.slope * (high.length - low.length) >= 0) {
                    high = low;
                }
                low = point;
                if (done) {
                    return;
                }
            }
        }
    }

    private void replaceHigh(Point point) {
        if (lowIsFirst) {
            ends(low, point);
        } else {
            ends(point, low);
        }
    }

    /** The minimum, within bounds, of the cubic through two points with their slopes. */
    private static double cubic(Point first, Point second, double least, double most) {
        double d1 = first.slope + second.slope - 3 * (first.loss - second.loss) / (first.length - second.length);
        double square = d1 * d1 - first.slope * second.slope;
        if (!(square >= 0)) {
            return (least + most) / 2;
        }
        double root = Math.sqrt(square);
        double length = first.length <= second.length
                ? second.length - (second.length - first.length)
                        * ((second.slope + root - d1) / (second.slope - first.slope + 2 * root))
                : first.length - (first.length - second.length)
                        * ((first.slope + root - d1) / (first.slope - second.slope + 2 * root));
        return Math.min(Math.max(length, least), most);
    }
}
