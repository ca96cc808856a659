package org.flowprior.torch;

import org.flowprior.torch.ffi.Shim;

/**
 * Counts of open tensors and bytes of native memory. Counts are of all threads, and exact if no thread is in the middle
 * of an op.
 */
public final class Memory {

    private Memory() {}

    /** Number of open tensors: those of scopes and those outside. */
    public static long liveTensors() {
        CallFrame.enter();
        return Counters.live();
    }

    /** Number of open tensors that a scope owns. */
    public static long scopedTensors() {
        return liveTensors() - unscopedTensors();
    }

    /**
     * Number of open tensors that no scope owns: parameters of modules, tensors that a program keeps, and lost ones that
     * wait for a Java collection.
     */
    public static long unscopedTensors() {
        CallFrame.enter();
        return Counters.sum(c -> c.outside);
    }

    /** Number of tensors, since the start, that were lost without {@code close()} and freed after a Java collection. */
    public static long collectedTensors() {
        CallFrame.enter();
        return Counters.sum(c -> c.collected);
    }

    /** Number of Java collections, since the start, that were asked for because native memory grew or ran out. */
    public static long collections() {
        return Collector.collections();
    }

    /**
     * Asks for a Java collection and frees this thread's lost tensors. A program seldom needs this: it happens by itself
     * when native memory grows or runs out.
     */
    public static void collect() {
        CallFrame.enter().collector.collectNow();
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
