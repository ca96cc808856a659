package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.flowprior.torch.ffi.Shim;

/**
 * Asks for a Java collection when one thread's work outside every scope has made native memory grow. The Java heap
 * stays small then, so that without this nothing would be collected. One a thread.
 *
 * <p>The growth that is allowed adapts: it doubles when a collection took much of the time since the one before, or
 * freed little, and shrinks again when collections cost next to nothing.
 */
final class Collector {

    private static final System.Logger LOGGER = System.getLogger("org.flowprior.torch");
    private static final AtomicLong COLLECTIONS = new AtomicLong();
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private static final long LEAST_GROWTH = 64L << 20;
    private static final long MOST_GROWTH = 1L << 30;
    /** Native bytes beside the elements: the tensor, its storage and its node of the graph. */
    private static final long BYTES_BESIDE = 1024;
    /** The counters of devices cost more than an op, so only every so many tensors ask for them. */
    private static final int DEVICES_EVERY = 64;
    private static final long LONGEST_WAIT = TimeUnit.MILLISECONDS.toNanos(100);

    private final CallFrame frame;
    private final MemorySegment counts = Arena.ofAuto().allocate(3 * 8, 8);
    private final int devices;
    private final Map<String, Integer> sites = new HashMap<>();
    private int untilDevices = DEVICES_EVERY;
    private long deviceBytes;
    private long growth = LEAST_GROWTH;
    private long limit;
    private long endOfLast = System.nanoTime();
    private boolean collecting;

    Collector(CallFrame frame) {
        this.frame = frame;
        this.devices = NativeLibrary.cudaAbsence() == null ? devices() : 0;
        this.limit = bytes() + growth;
    }

    private int devices() {
        return Shim.fp_cuda(counts, counts.asSlice(8), MemorySegment.NULL, 0, counts.asSlice(16)) == 0
                ? (int) counts.getAtIndex(JAVA_LONG, 1) : 0;
    }

    static long collections() {
        return COLLECTIONS.get();
    }

    /** Called after a tensor became nobody's. */
    void check() {
        if (devices > 0 && --untilDevices == 0) {
            untilDevices = DEVICES_EVERY;
            deviceBytes = readDeviceBytes();
        }
        if (bytes() > limit && !collecting) {
            collect();
        }
    }

    private long bytes() {
        Shim.fp_cpu_memory(counts, counts.asSlice(8));
        return counts.getAtIndex(JAVA_LONG, 0) + deviceBytes + BYTES_BESIDE * frame.counters.outside;
    }

    private long readDeviceBytes() {
        long sum = 0;
        for (int i = 0; i < devices; i++) {
            if (Shim.fp_cuda_memory(i, counts, counts.asSlice(8), counts.asSlice(16)) == 0) {
                sum += counts.getAtIndex(JAVA_LONG, 0);
            }
        }
        return sum;
    }

    private void collect() {
        long begin = System.nanoTime();
        long before = bytes();
        long collectedBefore = frame.counters.collected;
        collectNow();
        if (devices > 0) {
            deviceBytes = readDeviceBytes();
        }
        long end = System.nanoTime();
        long after = bytes();
        boolean useful = before - after > growth / 4;
        double cost = (end - begin) / (double) (end - endOfLast);
        if (!useful || cost > 0.06) {
            growth = Math.min(2 * growth, MOST_GROWTH);
        } else if (cost < 0.02) {
            growth = Math.max(growth / 2, LEAST_GROWTH);
        }
        limit = after + Math.max(growth, after / 2);
        endOfLast = end;
        if (useful && !WARNED.getAndSet(true)) {
            warn(frame.counters.collected - collectedBefore, before - after);
        }
    }

    /**
     * Lets Java collect, waits until the collector has reported what was lost, at most a tenth of a second, and frees
     * this thread's lost tensors and those of ended threads.
     */
    void collectNow() {
        if (collecting) {
            return;
        }
        collecting = true;
        try {
            COLLECTIONS.incrementAndGet();
            PhantomReference<Object> mark = new PhantomReference<>(new Object(), frame.counters.lost);
            System.gc();
            awaitAndFree(mark);
            Counters.takeOverEnded(frame);
        } finally {
            collecting = false;
        }
    }

    private void awaitAndFree(Reference<?> mark) {
        long deadline = System.nanoTime() + LONGEST_WAIT;
        boolean seen = false;
        try {
            // One collection reports in no particular order: after the mark, the rest follows without a pause.
            for (long wait = 1; wait > 0; wait = seen ? 1 : (deadline - System.nanoTime()) / 1_000_000) {
                Reference<?> reference = frame.counters.lost.remove(wait);
                if (reference == null && seen) {
                    return;
                }
                seen |= reference == mark;
                Counters.free(reference, frame);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- the warning -----------------------------------------------------------------------------------------------

    /** Where the program made a tensor: the innermost method outside this package and its rooms. */
    static String site() {
        return StackWalker.getInstance().walk(Collector::outsideOfTorch);
    }

    private static String outsideOfTorch(Stream<StackWalker.StackFrame> frames) {
        StackWalker.StackFrame found = null;
        for (StackWalker.StackFrame frame : (Iterable<StackWalker.StackFrame>) frames::iterator) {
            found = frame;
            if (!frame.getClassName().startsWith("org.flowprior.torch.")) {
                break;
            }
        }
        return String.valueOf(found);
    }

    void count(String madeAt) {
        sites.merge(madeAt, 1, Integer::sum);
    }

    private void warn(long tensors, long bytes) {
        String where = sites.entrySet().stream().max(Comparator.comparingInt(Map.Entry::getValue))
                .map(most -> "most of them were made at " + most.getKey())
                .orElse("-Dflowprior.debug=true shows where most of them are made");
        LOGGER.log(Level.WARNING, "tensors are made outside every Scope and left to the Java collector: "
                + tensors + " were freed just now, " + (bytes >> 20) + " MiB. \"try (Scope scope = Scope.open()) "
                + "{ ... }\" around each step frees them at once; " + where + ". This is said once.");
    }
}
