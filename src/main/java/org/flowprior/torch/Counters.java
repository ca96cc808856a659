package org.flowprior.torch;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One thread's counts of tensors, which that thread alone writes, so that counting costs an addition; and its queue of
 * leaked handles, which cleaners fill and the thread frees between two ops.
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
        takeOverEnded(counters);
        ALL.add(counters);
        return counters;
    }

    /** Adds the counts and the leaks of ended threads to those of a living one. */
    private static synchronized void takeOverEnded(Counters heir) {
        for (Counters other : ALL) {
            if (!other.thread.isAlive()) {
                heir.created += other.created;
                heir.closed += other.closed;
                heir.leaks.addAll(other.leaks);
                ALL.remove(other);
            }
        }
    }

    /** Reports a lost tensor; its thread frees it later. */
    void leak(long handle) {
        LEAKED.incrementAndGet();
        later(() -> CallFrame.current().free(handle));
    }

    /** Lets this thread free a lost object between two ops. */
    void later(Runnable free) {
        leaks.add(free);
    }

    void freeLeaks() {
        for (Runnable free = leaks.poll(); free != null; free = leaks.poll()) {
            free.run();
        }
    }

    static long live() {
        return ALL.stream().mapToLong(c -> c.created - c.closed).sum();
    }

    static long leaked() {
        return LEAKED.get();
    }
}
