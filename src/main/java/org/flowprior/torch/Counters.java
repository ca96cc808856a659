package org.flowprior.torch;

import java.lang.ref.Cleaner;
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
    private static final AtomicLong COLLECTED = new AtomicLong();

    long created;
    long closed;
    private final Thread thread = Thread.currentThread();
    private final Queue<Runnable> leaks = new ConcurrentLinkedQueue<>();
    /** The counters that took over after the thread's end; guarded by the class. */
    private Counters heir;

    static Counters ofNewThread() {
        Counters counters = new Counters();
        takeOverEnded(counters);
        ALL.add(counters);
        return counters;
    }

    /** Adds the counts and the leaks of ended threads to those of a living one. */
    static synchronized void takeOverEnded(Counters heir) {
        for (Counters other : ALL) {
            if (!other.thread.isAlive()) {
                heir.created += other.created;
                heir.closed += other.closed;
                other.heir = heir;
                ALL.remove(other);
                other.leaks.forEach(heir.leaks::add);
                other.leaks.clear();
            }
        }
    }

    /** Reports a lost tensor; its thread frees it later. */
    void leak(long handle) {
        later(() -> {
            CallFrame.current().free(handle);
            COLLECTED.incrementAndGet();
        });
        LEAKED.incrementAndGet();
    }

    /** Lets this thread, or after its end the one that took over, free a lost object between two ops. */
    void later(Runnable free) {
        synchronized (Counters.class) {
            Counters owner = this;
            while (owner.heir != null) {
                owner = owner.heir;
            }
            owner.leaks.add(free);
        }
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

    static long collected() {
        return COLLECTED.get();
    }

    /**
     * The cleaner's part of a tensor outside every scope. It frees nothing itself: it passes the reference to the thread that
     * made the tensor, which frees it between two ops, when none of its calls can use it.
     */
    static final class Leak implements Runnable {

        private final Counters counters;
        private final Cleaner.Cleanable cleanable;
        private final Throwable madeAt = Scope.DEBUG ? new Throwable("made here") : null;
        private long handle;

        Leak(Object wrapper, long handle, Counters counters) {
            this.handle = handle;
            this.counters = counters;
            this.cleanable = Scope.CLEANER.register(wrapper, this);
        }

        /** Forgets the tensor, which was closed or has a new owner. */
        void settle() {
            handle = 0;
            cleanable.clean();
        }

        @Override
        public void run() {
            Collector.UNSCOPED.decrementAndGet();
            if (handle != 0) {
                if (madeAt != null) {
                    Collector.lostFrom(madeAt.getStackTrace());
                }
                counters.leak(handle);
            }
        }
    }
}
