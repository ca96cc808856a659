package org.flowprior.torch;

import java.lang.ref.Cleaner;
import java.util.function.Function;
import org.flowprior.torch.ffi.Shim;

/**
 * The lifetime of a {@link Tensor}: its reference to libtorch's tensor, and who gives it back. That is the scope it is
 * in, or, outside every scope, the caller, with a cleaner behind him that reports what he lost.
 */
abstract sealed class Handle implements AutoCloseable permits Tensor {

    private long handle;
    private Scope scope;
    private int slot;
    private Leak leak;
    private Cleaner.Cleanable cleanable;
    private Throwable closedAt;

    Handle(long handle, CallFrame frame) {
        this.handle = handle;
        enter(frame.scope, frame);
    }

    private void enter(Scope into, CallFrame frame) {
        scope = into;
        if (into != null) {
            slot = into.add(handle);
        } else {
            leak = new Leak(handle, frame.counters);
            cleanable = Scope.CLEANER.register(this, leak);
        }
    }

    private void leaveOwner() {
        if (scope != null) {
            scope.remove(slot);
            scope = null;
        } else if (leak != null) {
            leak.settle();
            cleanable.clean();
            leak = null;
            cleanable = null;
        }
    }

    long handle(Thread current) {
        Scope s = scope;
        if (s != null) {
            if (s.thread != current) {
                throw new ThreadException("a tensor of thread '" + s.thread.getName() + "' was used from thread '"
                        + current.getName() + "'; handOver() gives it to another thread");
            }
            s.checkOpen("tensor");
        }
        if (handle == 0) {
            throw new ClosedException("this tensor is closed", closedAt);
        }
        return handle;
    }

    Scope scope() {
        return scope;
    }

    /** Frees the tensor before its scope does. Throws {@link ClosedException} the second time. */
    @Override
    public void close() {
        CallFrame f = CallFrame.enter();
        long h = handle(f.thread);
        leaveOwner();
        handle = 0;
        closedAt = Scope.DEBUG ? new Throwable("closed here") : null;
        f.free(h);
    }

    /** True until the tensor or its scope is closed. */
    public boolean isOpen() {
        return handle != 0 && (scope == null || !scope.isClosed());
    }

    /** Takes the tensor out of every scope: from now on the caller closes it. Returns this. */
    public Tensor keep() {
        CallFrame f = CallFrame.enter();
        handle(f.thread);
        if (scope != null) {
            leaveOwner();
            enter(null, f);
        }
        return (Tensor) this;
    }

    /** Gives the tensor to the scope outside its own, or to the caller where there is none. Returns this. */
    public Tensor moveOutward() {
        CallFrame f = CallFrame.enter();
        handle(f.thread);
        if (scope == null) {
            throw new IllegalStateException("a tensor outside every scope cannot move outward");
        }
        Scope outer = scope.outer();
        leaveOwner();
        enter(outer, f);
        return (Tensor) this;
    }

    /** Puts a tensor outside every scope into the innermost scope of this thread. Returns this. */
    public Tensor attach() {
        CallFrame f = CallFrame.enter();
        handle(f.thread);
        if (scope == null && f.scope != null) {
            leaveOwner();
            enter(f.scope, f);
        }
        return (Tensor) this;
    }

    /** Ends this wrapper and gives its tensor to whichever thread takes it with {@link Handover#accept}. */
    public Handover handOver() {
        keep();
        long h = handle;
        leaveOwner();
        handle = 0;
        closedAt = Scope.DEBUG ? new Throwable("handed over here") : null;
        return new Handover(h, CallFrame.current().counters);
    }

    /** Ends this wrapper and gives its reference to the caller. */
    long release() {
        CallFrame f = CallFrame.current();
        long h = handle(f.thread);
        leaveOwner();
        handle = 0;
        f.counters.closed++;
        return h;
    }

    /**
     * Applies the function and closes this tensor, which nobody needs after it: the link of a chain that frees each
     * intermediate result as soon as the next one is there.
     *
     * <pre>{@code
     * return qkv.forward(x).into(this::attend).into(proj::forward);
     * }</pre>
     *
     * <p>Whoever calls this owns the tensor: it is a result of its own, never one that a caller passed in, nor a
     * parameter. What autograd saved for the backward stays alive in the graph. If the function throws, this tensor is
     * closed too. If it returns this tensor itself, as ops in place do, the tensor stays open and belongs to the caller
     * as before. Views and shares of it are tensors of their own and stay valid.
     *
     * @param function reads this tensor; it may close it itself, but may not keep it
     * @return what the function returns
     */
    public <R> R into(Function<? super Tensor, ? extends R> function) {
        handle(Thread.currentThread());
        R result = null;
        try {
            result = function.apply((Tensor) this);
            return result;
        } finally {
            if (result != this && isOpen()) {
                close();
            }
        }
    }

    /** A second wrapper of the same tensor, in the innermost scope. */
    public Tensor share() {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_tensor_share(handle(f.thread), f.out()), "share");
        return f.tensor();
    }

    /** True when both wrappers stand for one tensor. */
    public boolean isSame(Tensor other) {
        Thread current = Thread.currentThread();
        return handle(current) == other.handle(current);
    }

    /** A number that two open wrappers share exactly when they stand for one tensor. */
    public long identity() {
        return handle(Thread.currentThread());
    }
}
