package org.flowprior.torch;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One thread's counts of tensors, written by that thread alone so that counting costs an addition, and its queue of
 * leaked handles, which cleaners fill and the thread empties between two ops.
 */
final class Counters {

    private static final List<Counters> ALL = new CopyOnWriteArrayList<>();
    private static final AtomicLong LEAKED = new AtomicLong();

    long created;
    long closed;
    private final Thread thread = Thread.currentThread();
    private final Queue<Runnable> leaks = new ConcurrentLinkedQueue<>();

    static Counters ofNewThread() {
        Counters counters = new Counters();
        adoptTheDead(counters);
        ALL.add(counters);
        return counters;
    }

    /** Folds the counts and the leaks of ended threads into a living one. */
    private static synchronized void adoptTheDead(Counters heir) {
        for (Counters other : ALL) {
            if (!other.thread.isAlive()) {
                heir.created += other.created;
                heir.closed += other.closed;
                heir.leaks.addAll(other.leaks);
                ALL.remove(other);
            }
        }
    }

    /** A tensor was lost: the thread that made it will free it. */
    void leak(long handle) {
        LEAKED.incrementAndGet();
        leaks.add(() -> CallFrame.current().free(handle));
    }

    /** Something else was lost that only its thread may free. */
    void later(Runnable free) {
        leaks.add(free);
    }

    boolean hasLeaks() {
        return !leaks.isEmpty();
    }

    Runnable takeLeak() {
        return leaks.poll();
    }

    static long live() {
        return ALL.stream().mapToLong(c -> c.created - c.closed).sum();
    }

    static long leaked() {
        return LEAKED.get();
    }
}
