package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.util.Arrays;
import java.util.function.Supplier;
import org.flowprior.torch.ffi.Shim;

/**
 * Owns the tensors made while it is the innermost scope of its thread, and frees them when it closes.
 *
 * <pre>{@code
 * try (var scope = Scope.open()) {
 *     Tensor loss = x.matmul(w).square().mean();
 *     ...
 * }
 * }</pre>
 *
 * <p>A tensor outlives its scope if {@link Tensor#keep} takes it out of every scope, {@link Tensor#moveOutward} moves it
 * to the scope around, or {@link Tensor#handOver} passes it to another thread. The thread that opened a scope closes it,
 * the last one first; anything else throws. Outside every scope the caller owns a tensor and closes it.
 *
 * <p>A scope holds handles, not wrappers: an unreachable wrapper is garbage at once, and closing a scope of a thousand
 * tensors is one call.
 */
public final class Scope implements AutoCloseable {

    static final boolean DEBUG = Boolean.getBoolean("flowprior.debug");
    static final Cleaner CLEANER = Cleaner.create();

    final Thread thread;
    private final CallFrame frame;
    private final Scope outer;
    private final Contents contents;
    private final Cleaner.Cleanable cleanable;
    private boolean closed;
    private Throwable closedAt;

    private Scope(CallFrame frame) {
        this.frame = frame;
        this.thread = frame.thread;
        this.outer = frame.scope;
        this.contents = new Contents(frame.counters);
        this.cleanable = CLEANER.register(this, contents);
    }

    /**
     * Opens a scope on this thread.
     *
     * @throws ThreadException on a virtual thread
     */
    public static Scope open() {
        CallFrame frame = CallFrame.enter();
        Scope scope = new Scope(frame);
        frame.scope = scope;
        return scope;
    }

    /** Runs the supplier in a new scope and moves its result, which may be null, outward. */
    public static Tensor returning(Supplier<Tensor> supplier) {
        try (Scope scope = open()) {
            Tensor result = supplier.get();
            return result == null || result.scope() != scope ? result : result.moveOutward();
        }
    }

    /** True if this scope owns the tensor. */
    public boolean owns(Tensor tensor) {
        return tensor.scope() == this;
    }

    /** Number of tensors that this scope owns now. */
    public int size() {
        return contents.live;
    }

    /**
     * Frees the scope's tensors.
     *
     * @throws ClosedException       if it was closed before
     * @throws ThreadException       on another thread than the one that opened it
     * @throws IllegalStateException if a scope opened later is still open
     */
    @Override
    public void close() {
        if (Thread.currentThread() != thread) {
            throw new ThreadException("a scope of thread '" + thread.getName() + "' was closed from thread '"
                    + Thread.currentThread().getName() + "'; close it on its own thread");
        }
        checkOpen("scope");
        if (frame.scope != this) {
            throw new IllegalStateException("scopes must be closed in the order opposite to their opening; one opened "
                    + "later is still open");
        }
        closed = true;
        closedAt = DEBUG ? new Throwable("closed here") : null;
        frame.scope = outer;
        contents.free(CallFrame.enter());
        cleanable.clean();
    }

    Scope outer() {
        return outer;
    }

    boolean isClosed() {
        return closed;
    }

    void checkOpen(String what) {
        if (closed) {
            throw new ClosedException(what.equals("scope") ? "this scope is closed"
                    : "the scope of this tensor is closed; keep() or moveOutward() takes a tensor out in time",
                    closedAt);
        }
    }

    int add(long handle) {
        return contents.add(handle);
    }

    void remove(int slot) {
        contents.remove(slot);
    }

    /** The handles, in a separate object so that the cleaner can free them after the scope is gone. */
    private static final class Contents implements Runnable {

        private final Counters counters;
        private long[] handles = new long[16];
        private int size;
        private int live;
        /** First free slot, or -1. A free slot holds -2 minus the number of the next one in {@link #handles}. */
        private int free = -1;

        Contents(Counters counters) {
            this.counters = counters;
        }

        int add(long handle) {
            live++;
            if (free >= 0) {
                int slot = free;
                free = (int) (-2 - handles[slot]);
                handles[slot] = handle;
                return slot;
            }
            if (size == handles.length) {
                handles = Arrays.copyOf(handles, 2 * size);
            }
            handles[size] = handle;
            return size++;
        }

        void remove(int slot) {
            live--;
            handles[slot] = -2L - free;
            free = slot;
        }

        void free(CallFrame frame) {
            MemorySegment block = frame.take(8L * live);
            int n = 0;
            // Handles are user-space addresses, which are positive; links of free slots are negative.
            for (int i = size - 1; i >= 0; i--) {
                if (handles[i] > 0) {
                    block.setAtIndex(JAVA_LONG, n++, handles[i]);
                }
            }
            counters.closed += n;
            size = 0;
            live = 0;
            Shim.fp_tensor_free(block, n);
        }

        /** Reports all tensors as leaks, because the scope was lost while open. */
        @Override
        public void run() {
            for (int i = 0; i < size; i++) {
                if (handles[i] > 0) {
                    counters.leak(handles[i]);
                }
            }
            size = 0;
        }
    }
}
