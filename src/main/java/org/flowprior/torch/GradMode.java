package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.flowprior.torch.ffi.Shim;

/** Whether autograd records on this thread, set for a block and restored by its end. */
abstract sealed class GradMode implements AutoCloseable permits NoGrad, EnableGrad {

    private final boolean before;
    private final Thread thread = Thread.currentThread();

    GradMode(boolean enabled) {
        before = isEnabled();
        set(enabled);
    }

    static boolean isEnabled() {
        CallFrame f = CallFrame.enter();
        Shim.fp_grad_mode(f.out());
        return f.out().get(JAVA_INT, 0) != 0;
    }

    private static void set(boolean enabled) {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_set_grad_mode(enabled ? 1 : 0), "set_grad_enabled");
    }

    /** Restores the mode from before. */
    @Override
    public void close() {
        Modes.requireThread(thread);
        set(before);
    }
}
