package org.flowprior.torch;

import org.flowprior.torch.ffi.Shim;

/** Counts of open tensors and bytes of native memory. */
public final class Memory {

    private Memory() {}

    /** Number of open tensor handles of all threads; exact if no thread is in the middle of an op. */
    public static long liveTensors() {
        CallFrame.enter();
        return Counters.live();
    }

    /** Number of tensors lost without {@code close()} since the start; each is freed by its thread's next op. */
    public static long leakedTensors() {
        return Counters.leaked();
    }

    /** Bytes of tensor storage on the CPU. */
    public static long cpuBytes() {
        return cpu(0);
    }

    /** Peak of {@link #cpuBytes} since {@link #resetPeak}. */
    public static long cpuPeakBytes() {
        return cpu(1);
    }

    /** Restarts {@link #cpuPeakBytes}. */
    public static void resetPeak() {
        CallFrame.enter();
        Shim.fp_cpu_memory_reset_peak();
    }

    private static long cpu(int slot) {
        CallFrame f = CallFrame.enter();
        Shim.fp_cpu_memory(f.out(), f.out(1));
        return f.number(slot);
    }
}
