package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import org.flowprior.torch.ffi.Shim;

/** A block whose tensors autograd can never use: no version counters, no views tracked. Ended in stack order. */
public final class InferenceMode implements AutoCloseable {

    private final Thread thread = Thread.currentThread();
    private final InferenceMode outer;
    private long guard;

    /** Begins the block. */
    public InferenceMode() {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_inference_mode_open(1, f.out()), "inference_mode");
        guard = f.number(0);
        outer = f.inferenceMode;
        f.inferenceMode = this;
    }

    /** True inside such a block on this thread. */
    public static boolean isEnabled() {
        CallFrame f = CallFrame.enter();
        Shim.fp_inference_mode(f.out());
        return f.out().get(JAVA_INT, 0) != 0;
    }

    /** Ends the block. */
    @Override
    public void close() {
        Modes.requireThread(thread);
        if (guard == 0) {
            throw new ClosedException("this inference mode has ended", null);
        }
        CallFrame f = CallFrame.enter();
        if (f.inferenceMode != this) {
            throw new IllegalStateException("inference modes must end in the order opposite to their beginning");
        }
        f.inferenceMode = outer;
        Shim.fp_inference_mode_close(guard);
        guard = 0;
    }
}
