package org.flowprior.torch;

import java.util.function.Supplier;

/** The precision of the computation of a loss or of a module's output. Weights and optimiser states stay float32. */
public enum Precision {
    /** All ops in float32. */
    FLOAT32,
    /** Matrix products in bfloat16: autocast is on while the value is computed, and off otherwise. */
    BF16;

    /**
     * Computes a value in this precision.
     *
     * @param device the device of the computation
     * @param <T>    the type of the value
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
