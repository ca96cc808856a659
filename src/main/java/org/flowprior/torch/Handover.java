package org.flowprior.torch;

/** A tensor on its way to another thread: made by {@link Tensor#handOver}, taken once by {@link #accept}. */
public final class Handover {

    private long handle;
    private final LostTensor watch;

    Handover(long handle, CallFrame giver) {
        this.handle = handle;
        this.watch = new LostTensor(this, handle, giver);
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
        watch.settle(f);
        return new Tensor(h, f);
    }
}
