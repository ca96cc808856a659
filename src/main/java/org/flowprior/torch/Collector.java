package org.flowprior.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.flowprior.torch.ffi.Shim;
import org.flowprior.torch.ffi.fp_collect_fn;

/**
 * Bounds the memory of tensors that no scope owns. Java's collector does not see native memory, so it is asked to run
 * when tensors outside scopes were made and native memory has grown since its last run, and when memory is missing.
 */
final class Collector {

    private static final System.Logger LOGGER = System.getLogger("org.flowprior.torch");
    private static final long LEAST_GROWTH = 64L << 20;
    /** What a tensor takes beside its elements, with its node in the graph; malloc's part is not counted elsewhere. */
    private static final long BYTES_BESIDE_ELEMENTS = 1024;
    private static final long LONGEST_WAIT_MS = 500;

    /** Tensors outside scopes that the program holds, or has lost without Java's collector having noticed. */
    static final AtomicLong UNSCOPED = new AtomicLong();
    private static final Map<String, AtomicLong> PLACES = new ConcurrentHashMap<>();
    private static final AtomicBoolean WARNED = new AtomicBoolean();
    private static final ReentrantLock RUNNING = new ReentrantLock();
    private static final ThreadLocal<MemorySegment> NUMBERS =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(16, 8));

    private static volatile long limit = LEAST_GROWTH;
    private static volatile long unscopedAfterLast;
    private static long growth = LEAST_GROWTH;
    private static long lastEnd = System.nanoTime();

    private Collector() {}

    /** Lets libtorch ask for memory that nobody can reach before an allocation fails. */
    static void install() {
        Shim.fp_set_collector(fp_collect_fn.allocate(Collector::memoryIsMissing, Arena.global()));
    }

    /** Collects if a tensor that was just made outside every scope takes memory beyond the limit. */
    static void made(CallFrame frame) {
        long unscoped = UNSCOPED.incrementAndGet();
        if (used(unscoped) > limit && unscoped > unscopedAfterLast && RUNNING.tryLock()) {
            try {
                collect(frame);
            } finally {
                RUNNING.unlock();
            }
        }
    }

    private static long used(long unscoped) {
        MemorySegment numbers = NUMBERS.get();
        Shim.fp_cpu_memory(numbers, numbers.asSlice(8));
        return numbers.get(ValueLayout.JAVA_LONG, 0) + BYTES_BESIDE_ELEMENTS * unscoped;
    }

    private static void collect(CallFrame frame) {
        long start = System.nanoTime();
        long freed = runAndFree(frame);
        long end = System.nanoTime();
        // Where collections cost more than a tenth of the time, they come half as often.
        if (10 * (end - start) > end - lastEnd && growth < 2 * LEAST_GROWTH) {
            growth *= 2;
        }
        lastEnd = end;
        unscopedAfterLast = UNSCOPED.get();
        long used = used(unscopedAfterLast);
        limit = used + Math.max(growth, used / 4);
        if (freed > 0 && WARNED.compareAndSet(false, true)) {
            LOGGER.log(System.Logger.Level.WARNING, warning(freed));
        }
    }

    private static String warning(long freed) {
        return freed + " tensors made outside every Scope were freed by garbage collection; a Scope around each step of "
                + "a loop, try (Scope scope = Scope.open()) { ... }, frees them at once" + place();
    }

    private static String place() {
        return PLACES.entrySet().stream().max(Comparator.comparingLong(e -> e.getValue().get()))
                .map(e -> "; most were made at " + e.getKey())
                .orElse("; -Dflowprior.debug=true shows where most were made");
    }

    /** Counts a lost tensor for the place that made it. */
    static void lostFrom(StackTraceElement[] madeAt) {
        for (StackTraceElement element : madeAt) {
            if (!element.getClassName().startsWith("org.flowprior.torch.")) {
                PLACES.computeIfAbsent(element.toString(), place -> new AtomicLong()).incrementAndGet();
                return;
            }
        }
    }


    /** Runs Java's collector and frees what it found of this thread. Returns the number of tensors freed. */
    private static long runAndFree(CallFrame frame) {
        Counters.takeOverEnded(frame.counters);
        long before = frame.counters.closed;
        frame.counters.freeLeaks();
        CountDownLatch found = new CountDownLatch(1);
        plant(found);
        System.gc();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_WAIT_MS);
        try {
            if (found.await(LONGEST_WAIT_MS, TimeUnit.MILLISECONDS)) {
                // The planted object is not the last one that the cleaner gets: wait until no more come.
                long seen;
                do {
                    seen = Counters.leaked();
                    frame.counters.freeLeaks();
                    LockSupport.parkNanos(500_000);
                } while (Counters.leaked() != seen && System.nanoTime() < deadline);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        frame.counters.freeLeaks();
        return frame.counters.closed - before;
    }

    /** An object that only the cleaner knows when this returns. */
    private static void plant(CountDownLatch found) {
        Scope.CLEANER.register(new Object(), found::countDown);
    }

    /** libtorch's call in the middle of an op, whose arguments their caller holds. No exception may leave. */
    private static int memoryIsMissing(long bytes) {
        try {
            CallFrame frame = CallFrame.current();
            long outer = frame.beginCallback();
            RUNNING.lock();
            try {
                return runAndFree(frame) > 0 ? 1 : 0;
            } finally {
                RUNNING.unlock();
                frame.endCallback(outer);
            }
        } catch (Throwable failed) {
            return 0;
        }
    }

    /** What the message of missing memory says about who holds tensors. */
    static String advice(CallFrame frame) {
        long held = 0;
        for (Scope scope = frame.scope; scope != null; scope = scope.outer()) {
            held += scope.size();
        }
        return "; open Scopes of this thread hold " + held + " tensors, outside every Scope there are "
                + UNSCOPED.get() + ": a Scope around each step of a loop frees its tensors at the end of the step";
    }
}
