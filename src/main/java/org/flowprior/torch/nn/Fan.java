package org.flowprior.torch.nn;

import org.flowprior.torch.Tensor;

/** Which side of a weight [out, in, ...] an initialiser counts. */
public enum Fan {
    /** Inputs of one output. */
    IN,
    /** Outputs that one input reaches. */
    OUT;

    /**
     * The count, as PyTorch's {@code _calculate_fan_in_and_fan_out}.
     *
     * @throws IllegalArgumentException for a tensor of fewer than two dimensions
     */
    public long of(Tensor weight) {
        long[] shape = weight.shape();
        if (shape.length < 2) {
            throw new IllegalArgumentException("a tensor of " + shape.length + " dimensions has no fan; weights have "
                    + "two or more");
        }
        long field = 1;
        for (int i = 2; i < shape.length; i++) {
            field *= shape[i];
        }
        return field * (this == IN ? shape[1] : shape[0]);
    }
}
