package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** The size before a pool. */
final class Unpooled {

    private Unpooled() {}

    static long[] size(Tensor x, long[] kernel, long[] stride, long[] padding) {
        long[] size = new long[kernel.length];
        for (int i = 0; i < size.length; i++) {
            size[i] = (x.size(x.dim() - size.length + i) - 1) * stride[i] - 2 * padding[i] + kernel[i];
        }
        return size;
    }
}
