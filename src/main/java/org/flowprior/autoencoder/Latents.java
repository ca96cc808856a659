package org.flowprior.autoencoder;

import java.util.Arrays;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;

/** Shape check, dtype and normalisation of latents, shared by the bottlenecks and {@link Repa}. */
final class Latents {

    private static final double SMALLEST_NORM = 1e-12;

    private Latents() {}

    /** Throws {@link IllegalArgumentException} unless the tokens are [B, T, channels]. */
    static void check(String name, Tensor encoded, long channels) {
        long[] shape = encoded.shape();
        if (shape.length != 3 || shape[0] == 0 || shape[1] == 0 || shape[2] != channels) {
            throw new IllegalArgumentException(name + " bottleneck: tokens must be [B, T, " + channels + "], not "
                    + Arrays.toString(shape));
        }
    }

    /** The dtype for sums over many elements: float32 at least. */
    static DType wideDtype(Tensor x) {
        return x.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    static Tensor wide(Tensor x) {
        return x.to(wideDtype(x));
    }

    /** Scales rows of the last dimension to length 1: {@code torch.nn.functional.normalize}. */
    static Tensor unit(Tensor x) {
        return x.div(x.norm(2, new long[] {-1}, true).clampMin(SMALLEST_NORM));
    }
}
