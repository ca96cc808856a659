package org.flowprior.torch;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;

/**
 * One thread's counts of tensors, which that thread alone writes, so that counting costs an addition; and its queue of
 * lost tensors, which the Java collector fills and the thread frees between two ops.
 */
final class Counters {

    private static final List<Counters> ALL = new CopyOnWriteArrayList<>();

    long created;
    long closed;
    /** Tensors that became nobody's on this thread, minus those that got an owner or were freed on this thread. */
    long outside;
    /** Tensors freed by this thread because the Java collector found them lost. */
    long collected;
    final ReferenceQueue<Object> lost = new ReferenceQueue<>();
    private final Thread thread = Thread.currentThread();
    /** Frees of lost scopes, generators and modules. */
    private final Queue<Runnable> lostOwners = new ConcurrentLinkedQueue<>();
    private LostTensor newest;

    static Counters ofNewThread() {
        Counters counters = new Counters();
        ALL.add(counters);
        return counters;
    }

    /** Adds the counts of ended threads to this thread's, and frees what those threads' tensors lost. */
    static void takeOverEnded(CallFrame frame) {
        Counters heir = frame.counters;
        for (Counters other : ALL) {
            if (!other.thread.isAlive()) {
                synchronized (ALL) {
                    heir.created += other.created;
                    heir.closed += other.closed;
                    heir.outside += other.outside;
                    heir.collected += other.collected;
                    other.created = 0;
                    other.closed = 0;
                    other.outside = 0;
                    other.collected = 0;
                    other.freeLost(frame);
                    if (other.isEmpty()) {
                        ALL.remove(other);
                    }
                }
            }
        }
    }

    private synchronized boolean isEmpty() {
        return newest == null && lostOwners.isEmpty();
    }

    synchronized void add(LostTensor tensor) {
        tensor.older = newest;
        if (newest != null) {
            newest.newer = tensor;
        }
        newest = tensor;
    }

    synchronized void remove(LostTensor tensor) {
        if (tensor.newer != null) {
            tensor.newer.older = tensor.older;
        } else {
            newest = tensor.older;
        }
        if (tensor.older != null) {
            tensor.older.newer = tensor.newer;
        }
    }

    /** Lets this thread free a lost object between two ops. */
    void later(Runnable free) {
        lostOwners.add(free);
    }

    /** Frees what is in the queues, on the frame's thread. */
    void freeLost(CallFrame frame) {
        for (Reference<?> r = lost.poll(); r != null; r = lost.poll()) {
            free(r, frame);
        }
        for (Runnable free = lostOwners.poll(); free != null; free = lostOwners.poll()) {
            free.run();
        }
    }

    static void free(Reference<?> reference, CallFrame frame) {
        if (reference instanceof LostTensor tensor) {
            tensor.free(frame);
        }
    }

    static long live() {
        return sum(c -> c.created - c.closed);
    }

    static long sum(ToLongFunction<Counters> count) {
        return ALL.stream().mapToLong(count).sum();
    }
}
