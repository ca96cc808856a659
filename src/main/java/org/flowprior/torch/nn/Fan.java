package org.flowprior.torch.nn;

import java.util.Arrays;
import org.flowprior.torch.Tensor;

/** The side of a weight [out, in, ...] that an initialiser counts. */
public enum Fan {
    /** Inputs of one output. */
    IN,
    /** Outputs that one input reaches. */
    OUT;

    /**
     * Returns the count, as PyTorch's {@code _calculate_fan_in_and_fan_out}.
     *
     * @throws IllegalArgumentException for a tensor of fewer than two dimensions
     */
    public long of(Tensor weight) {
        long[] shape = weight.shape();
        if (shape.length < 2) {
            throw new IllegalArgumentException(
                    "a tensor of " + shape.length + " dimensions has no fan; weights have two or more");
        }
        return Arrays.stream(shape, 2, shape.length).reduce(this == IN ? shape[1] : shape[0], Math::multiplyExact);
    }
}
