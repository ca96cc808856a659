package org.flowprior.torch;

import java.util.function.Function;
import org.flowprior.torch.ffi.Shim;

/**
 * The lifetime of a {@link Tensor}: its reference to libtorch's tensor, and the owner who frees it. The owner is a scope
 * or, outside every scope, the caller; tensors that the caller lost are freed after
 * a Java collection.
 */
abstract sealed class Handle implements AutoCloseable permits Tensor {

    private long handle;
    private Scope scope;
    private int slot;
    private LostTensor watch;
    private Throwable closedAt;

    Handle(long handle, CallFrame frame) {
        this.handle = handle;
        enter(frame.scope, frame);
    }

    private Tensor moveTo(Scope owner, CallFrame f) {
        leaveOwner(f);
        enter(owner, f);
        return (Tensor) this;
    }

    private void enter(Scope into, CallFrame frame) {
        scope = into;
        if (into != null) {
            slot = into.add(handle);
        } else {
            watch = new LostTensor(this, handle, frame);
            if (frame.scope == null) {
                frame.collector.check();
            }
        }
    }

    private void leaveOwner(CallFrame frame) {
        if (scope != null) {
            scope.remove(slot);
            scope = null;
        } else if (watch != null) {
            watch.settle(frame);
            watch = null;
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

    /** Ends this wrapper, and gives its reference to the caller. */
    private long end(CallFrame f, String how) {
        long h = handle(f.thread);
        leaveOwner(f);
        handle = 0;
        closedAt = Scope.DEBUG ? new Throwable(how) : null;
        return h;
    }

    /** Makes the wrapper stand for another tensor for a while; its owner keeps its own. Returns the former handle. */
    long lend(long other) {
        long own = handle;
        handle = other;
        return own;
    }

    Scope scope() {
        return scope;
    }

    /** Frees the tensor before its scope does. Throws {@link ClosedException} the second time. */
    @Override
    public void close() {
        CallFrame f = CallFrame.enter();
        f.free(end(f, "closed here"));
    }

    /** True until the tensor or its scope is closed. */
    public boolean isOpen() {
        return handle != 0 && (scope == null || !scope.isClosed());
    }

    /** Takes the tensor out of every scope; the caller must close it. Returns this. */
    public Tensor keep() {
        CallFrame f = CallFrame.enter();
        handle(f.thread);
        return scope == null ? (Tensor) this : moveTo(null, f);
    }

    /** Moves the tensor to the scope around its own, or to the caller if there is none. Returns this. */
    public Tensor moveOutward() {
        CallFrame f = CallFrame.enter();
        handle(f.thread);
        if (scope == null) {
            throw new IllegalStateException("a tensor outside every scope cannot move outward");
        }
        return moveTo(scope.outer(), f);
    }

    /** Puts a tensor outside every scope into the innermost scope of this thread. Returns this. */
    public Tensor attach() {
        CallFrame f = CallFrame.enter();
        handle(f.thread);
        return scope == null && f.scope != null ? moveTo(f.scope, f) : (Tensor) this;
    }

    /** Ends this wrapper; the thread that calls {@link Handover#accept} gets the tensor. */
    public Handover handOver() {
        CallFrame f = CallFrame.enter();
        return new Handover(end(f, "handed over here"), f);
    }

    /** Ends this wrapper, and gives its reference to libtorch. */
    long release() {
        CallFrame f = CallFrame.current();
        long h = end(f, "released here");
        f.counters.closed++;
        return h;
    }

    /**
     * Applies the function and then closes this tensor. A chain of these calls frees each intermediate result as soon as
     * the next one exists.
     *
     * <pre>{@code
     * return qkv.forward(x).into(this::attend).into(proj::forward);
     * }</pre>
     *
     * <p>Only the owner of the tensor may call this: never use it on an argument or a parameter. Values that autograd
     * saved for backward stay alive in the graph, and views and shares stay valid. If the function throws, this tensor
     * is closed too; if it returns this tensor, as in-place ops do, the tensor stays open.
     *
     * @param function reads this tensor; it may close the tensor, but may not keep it
     * @return the function's result
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

    /** Makes a second wrapper of the same tensor, in the innermost scope. */
    public Tensor share() {
        CallFrame f = CallFrame.enter();
        return f.check(Shim.fp_tensor_share(handle(f.thread), f.out()), "share").tensor();
    }

    /** True if both wrappers stand for one tensor. */
    public boolean isSame(Tensor other) {
        return identity() == other.identity();
    }

    /** A number that two open wrappers share exactly when they stand for one tensor. */
    public long identity() {
        return handle(Thread.currentThread());
    }
}
