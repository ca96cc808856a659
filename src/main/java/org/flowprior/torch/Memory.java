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

    /** Number of open tensors that a {@link Scope} owns. */
    public static long scopedTensors() {
        return liveTensors() - unscopedTensors() - (Counters.leaked() - Counters.collected());
    }

    /**
     * Number of open tensors that no scope owns: those that the program holds, as parameters, and those that nobody can
     * reach any more and that wait for garbage collection.
     */
    public static long unscopedTensors() {
        return Collector.UNSCOPED.get();
    }

    /** Number of lost tensors that were freed, after garbage collection, since the start. */
    public static long collectedTensors() {
        return Counters.collected();
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
