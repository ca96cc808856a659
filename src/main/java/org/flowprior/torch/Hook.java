package org.flowprior.torch;

import org.flowprior.torch.ffi.Shim;

/** A registered hook; closing it removes it from its tensor. */
public final class Hook implements AutoCloseable {

    private Tensor tensor;
    private final long position;

    Hook(Tensor tensor, long position) {
        this.tensor = tensor;
        this.position = position;
    }

    /** Removes the hook. Does nothing the second time, or if the tensor is closed. */
    @Override
    public void close() {
        if (tensor != null && tensor.isOpen()) {
            CallFrame f = CallFrame.enter();
            f.check(Shim.fp_hook_remove(f.in(tensor, "tensor"), position), "remove_hook");
        }
        tensor = null;
    }
}
