package org.flowprior.train;

import java.util.function.Supplier;
import org.flowprior.torch.Autocast;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;

/** What a loss is computed in. Weights and optimiser states are float32 in either. */
public enum Precision {
    /** Everything in float32. */
    FLOAT32,
    /** Matrix products in bfloat16, by autocast around the loss alone. */
    BF16;

    /** Computes a loss in this precision. */
    <T> T compute(Device device, Supplier<T> loss) {
        if (this == FLOAT32) {
            return loss.get();
        }
        try (Autocast autocast = Autocast.on(device.type(), DType.BFLOAT16)) {
            return loss.get();
        }
    }
}
