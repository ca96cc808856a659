package org.flowprior.torch;

import org.flowprior.torch.ffi.Shim;

/** A block whose tensors autograd can never use: they have no version counters. Blocks end in reverse order. */
public final class InferenceMode implements AutoCloseable {

    private final CallFrame frame = CallFrame.enter();
    private final InferenceMode outer = frame.inferenceMode;
    private long guard;

    /** Begins the block. */
    public InferenceMode() {
        frame.check(Shim.fp_inference_mode_open(1, frame.out()), "inference_mode");
        guard = frame.number(0);
        frame.inferenceMode = this;
    }

    /** True if this thread is in such a block. */
    public static boolean isEnabled() {
        CallFrame f = CallFrame.enter();
        Shim.fp_inference_mode(f.out());
        return f.flag();
    }

    /** Ends the block. */
    @Override
    public void close() {
        frame.requireThreadOfMode();
        if (guard == 0) {
            throw new ClosedException("this inference mode has ended", null);
        }
        if (frame.inferenceMode != this) {
            throw new IllegalStateException("inference modes must end in the order opposite to their beginning");
        }
        frame.inferenceMode = outer;
        Shim.fp_inference_mode_close(guard);
        guard = 0;
    }
}
