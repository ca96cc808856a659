package org.flowprior.torch;

import java.util.function.Supplier;

/** What a loss, or a module's output, is computed in. Weights and optimiser states are float32 in either. */
public enum Precision {
    /** Everything in float32. */
    FLOAT32,
    /** Matrix products in bfloat16, by autocast around what is computed alone. */
    BF16;

    /**
     * Computes something in this precision.
     *
     * @param device where it is computed
     * @param <T>    what comes out
     */
    public <T> T compute(Device device, Supplier<T> work) {
        if (this == FLOAT32) {
            return work.get();
        }
        try (Autocast autocast = Autocast.on(device.type(), DType.BFLOAT16)) {
            return work.get();
        }
    }
}
