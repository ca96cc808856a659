package org.flowprior.target;

import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** A tensor on the CPU, outside every scope, with a copy on the device of its last use. */
final class FixedTensor {

    private final Tensor value;
    private Tensor elsewhere;

    private FixedTensor(Tensor value) {
        this.value = value;
    }

    /** Makes a contiguous copy. */
    static FixedTensor copyOf(Tensor tensor) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            return new FixedTensor(tensor.detach().to(Device.CPU, tensor.dtype()).contiguous().clone().keep());
        }
    }

    /** Returns another owner of the same memory. */
    FixedTensor share() {
        return new FixedTensor(value.share().keep());
    }

    Tensor value() {
        return value;
    }

    Tensor on(Device device) {
        if (device.equals(Device.CPU)) {
            return value;
        }
        if (elsewhere == null || !elsewhere.device().equals(device)) {
            if (elsewhere != null) {
                elsewhere.close();
            }
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                elsewhere = value.to(device, value.dtype()).keep();
            }
        }
        return elsewhere;
    }

    void close() {
        value.close();
        if (elsewhere != null) {
            elsewhere.close();
            elsewhere = null;
        }
    }
}
