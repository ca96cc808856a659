package org.flowprior.torch;

import org.flowprior.torch.ffi.Shim;

/** A block with autograd's recording on this thread switched on or off. */
abstract sealed class GradMode implements AutoCloseable permits NoGrad, EnableGrad {

    private final CallFrame frame = CallFrame.enter();
    private final boolean before;

    GradMode(boolean enabled) {
        before = isEnabled();
        set(enabled);
    }

    static boolean isEnabled() {
        CallFrame f = CallFrame.enter();
        Shim.fp_grad_mode(f.out());
        return f.flag();
    }

    private static void set(boolean enabled) {
        CallFrame.enter().check(Shim.fp_set_grad_mode(enabled ? 1 : 0), "set_grad_enabled");
    }

    /** Restores the former mode. */
    @Override
    public void close() {
        frame.requireThreadOfMode();
        set(before);
    }
}
