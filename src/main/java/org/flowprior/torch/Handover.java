package org.flowprior.torch;

/** A tensor between two threads: made by {@link Tensor#handOver}, taken once by {@link #accept}. */
public final class Handover {

    private long handle;

    Handover(long handle) {
        this.handle = handle;
    }

    /**
     * The tensor, in this thread's innermost scope.
     *
     * @throws ClosedException when it was taken before
     */
    public synchronized Tensor accept() {
        Frame f = Frame.enter();
        if (handle == 0) {
            throw new ClosedException("this handover was accepted before", null);
        }
        long h = handle;
        handle = 0;
        return new Tensor(h, f);
    }
}
