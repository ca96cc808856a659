package org.flowprior.torch;

import java.lang.ref.Cleaner;

/** A tensor on its way to another thread: made by {@link Tensor#handOver}, taken once by {@link #accept}. */
public final class Handover {

    private long handle;
    private final Leak leak;
    private final Cleaner.Cleanable cleanable;

    Handover(long handle, Counters giver) {
        this.handle = handle;
        this.leak = new Leak(handle, giver);
        this.cleanable = Scope.CLEANER.register(this, leak);
    }

    /**
     * Returns the tensor, in this thread's innermost scope.
     *
     * @throws ClosedException if it was accepted before
     */
    public synchronized Tensor accept() {
        CallFrame f = CallFrame.enter();
        if (handle == 0) {
            throw new ClosedException("this handover was accepted before", null);
        }
        long h = handle;
        handle = 0;
        leak.settle();
        cleanable.clean();
        return new Tensor(h, f);
    }
}
