package org.flowprior.flow;

import java.util.Arrays;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Straight lines from noise to targets, and a time on each of them (Eq. 7): a flow loss compares velocities there.
 *
 * @param target the ends at t = 1, [N, D]
 * @param noise  the ends at t = 0, [N, D]
 * @param t      [N]
 */
record FlowPath(Tensor target, Tensor noise, Tensor t) {

    FlowPath {
        long[] shape = target.shape();
        requireShape("y", shape, shape.length == 2 ? shape : new long[] {-1, -1});
        requireShape("noise", noise.shape(), shape);
        requireShape("t", t.shape(), new long[] {shape[0]});
    }

    private static void requireShape(String name, long[] shape, long[] expected) {
        if (!Arrays.equals(shape, expected)) {
            String wanted = expected[0] < 0 ? "[N, D]" : Arrays.toString(expected);
            throw new IllegalArgumentException("flow loss: " + name + " must be " + wanted + ", not "
                    + Arrays.toString(shape));
        }
    }

    /** Returns the dtype of times for points of a dtype: float64 if they are float64, else float32. */
    static DType timeType(DType points) {
        return points == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    /** Draws the times, then the noise: the official order. */
    static FlowPath draw(Tensor target, Generator generator) {
        long[] shape = target.shape();
        DType dtype = target.dtype();
        Tensor t = Torch.rand(new long[] {shape[0]}, generator, timeType(dtype), target.device());
        return new FlowPath(target, Torch.randn(shape, generator, dtype, target.device()), t);
    }

    /** Returns (1 - t) noise + t target, [N, D]. */
    Tensor points() {
        Tensor column = t.unsqueeze(1);
        return noise.mul(column.neg().add(1)).add(target.mul(column));
    }

    /** Returns target - noise, [N, D]: the velocities along the lines. */
    Tensor velocity() {
        return target.sub(noise);
    }
}
