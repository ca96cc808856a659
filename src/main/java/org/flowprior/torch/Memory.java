package org.flowprior.torch;

import org.flowprior.torch.ffi.Shim;

/** Live counts of native memory: what tests assert and training loops log. */
public final class Memory {

    private Memory() {}

    /** Tensor handles that are open, over all threads; exact for threads that are not in the middle of an op. */
    public static long liveTensors() {
        CallFrame.enter();
        return Counters.live();
    }

    /** Tensors that were lost without being closed since the start; each is freed by its thread's next op. */
    public static long leakedTensors() {
        return Counters.leaked();
    }

    /** Bytes of tensor storage on the CPU. */
    public static long cpuBytes() {
        return cpu(0);
    }

    /** The most bytes of tensor storage on the CPU since {@link #resetPeak}. */
    public static long cpuPeakBytes() {
        return cpu(1);
    }

    /** Starts a new {@link #cpuPeakBytes}. */
    public static void resetPeak() {
        CallFrame.enter();
        Shim.fp_cpu_memory_reset_peak();
    }

    private static long cpu(int slot) {
        CallFrame f = CallFrame.enter();
        Shim.fp_cpu_memory(f.out(), f.outCount());
        return f.number(slot);
    }
}
