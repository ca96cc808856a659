package org.flowprior.torch;

/** A tensor on its way to another thread: made by {@link Tensor#handOver}, taken once by {@link #accept}. */
public final class Handover {

    private long handle;
    private final Counters.Leak leak;

    Handover(long handle, Counters giver) {
        this.handle = handle;
        this.leak = new Counters.Leak(this, handle, giver);
        Collector.UNSCOPED.incrementAndGet();
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
        return new Tensor(h, f);
    }
}
