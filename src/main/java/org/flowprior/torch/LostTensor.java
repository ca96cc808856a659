package org.flowprior.torch;

import java.lang.ref.PhantomReference;

/**
 * Watches a tensor outside every scope. When nobody can reach its wrapper any more, the collector puts this into the
 * queue of the thread that made it; that thread frees the tensor between two ops, when none of its calls can use it.
 */
final class LostTensor extends PhantomReference<Object> {

    LostTensor newer;
    LostTensor older;
    private final Counters counters;
    private final String madeAt = Scope.DEBUG ? Collector.site() : null;
    private long handle;

    LostTensor(Object wrapper, long handle, CallFrame frame) {
        super(wrapper, frame.counters.lost);
        this.handle = handle;
        this.counters = frame.counters;
        counters.outside++;
        counters.add(this);
    }

    /** Ends the watch: the tensor was closed or has a new owner. */
    void settle(CallFrame frame) {
        handle = 0;
        frame.counters.outside--;
        counters.remove(this);
        clear();
    }

    /** Frees the tensor, if the watch has not ended. */
    void free(CallFrame frame) {
        if (handle != 0) {
            long lost = handle;
            settle(frame);
            frame.freeCollected(lost);
            if (madeAt != null) {
                frame.collector.count(madeAt);
            }
        }
    }
}
