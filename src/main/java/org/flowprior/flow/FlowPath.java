package org.flowprior.flow;

import java.util.Arrays;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

/**
 * Points on the straight lines from noise to targets (Eq. 7): what a flow loss is evaluated on.
 *
 * @param target what t = 1 is, [N, D]
 * @param noise  what t = 0 is, [N, D]
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

    /** Draws the times, then the noise: the official order. Times are float32, or float64 where the target is. */
    static FlowPath draw(Tensor target, Generator generator) {
        long[] shape = target.shape();
        DType dtype = target.dtype();
        DType timeType = dtype == DType.FLOAT64 ? dtype : DType.FLOAT32;
        Tensor t = Torch.rand(new long[] {shape[0]}, generator, timeType, target.device());
        return new FlowPath(target, Torch.randn(shape, generator, dtype, target.device()), t);
    }

    /** (1 &minus; t) noise + t target, [N, D]. */
    Tensor points() {
        Tensor column = t.unsqueeze(1);
        return noise.mul(column.neg().add(1)).add(target.mul(column));
    }

    /** target &minus; noise, [N, D]: the velocity of the line. */
    Tensor velocity() {
        return target.sub(noise);
    }
}
