package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.flowprior.torch.ffi.Shim;
import org.flowprior.torch.ffi.fp_hook_fn;
import org.flowprior.torch.ffi.fp_recompute_fn;
import org.flowprior.torch.ffi.fp_release_fn;

/**
 * Where libtorch calls Java: hooks, checkpointed blocks, the release of borrowed memory. One stub for each kind lives
 * as long as the JVM, and a number finds the object. No exception leaves a callback, for that would end the JVM: it is
 * kept, the native side is told, and the call that caused it throws it.
 */
final class Callbacks {

    private static final Map<Long, Object> HELD = new ConcurrentHashMap<>();
    private static final AtomicLong NEXT = new AtomicLong(1);
    /** A failure on a thread of libtorch's own: a CUDA backward. */
    private static final AtomicReference<Throwable> FOREIGN_FAILURE = new AtomicReference<>();

    private static final MemorySegment RELEASE = fp_release_fn.allocate(Callbacks::release, Arena.global());
    private static final MemorySegment HOOK = fp_hook_fn.allocate(Callbacks::hook, Arena.global());
    private static final MemorySegment RECOMPUTE = fp_recompute_fn.allocate(Callbacks::recompute, Arena.global());

    private Callbacks() {}

    static long hold(Object object) {
        long id = NEXT.getAndIncrement();
        HELD.put(id, object);
        return id;
    }

    static void forget(long id) {
        HELD.remove(id);
    }

    /** Objects that libtorch still refers to. */
    static int held() {
        return HELD.size();
    }

    static MemorySegment releaseStub() {
        return RELEASE;
    }

    static MemorySegment recomputeStub() {
        return RECOMPUTE;
    }

    static Throwable takeForeignFailure() {
        return FOREIGN_FAILURE.getAndSet(null);
    }

    private static int release(long id) {
        HELD.remove(id);
        return 0;
    }

    static Hook addHook(Tensor tensor, UnaryOperator<Tensor> hook) {
        if (hook == null) {
            throw new NullPointerException("hook must not be null");
        }
        CallFrame f = CallFrame.enter();
        long id = hold(hook);
        int status = Shim.fp_hook_add(f.in(tensor, "this"), HOOK, RELEASE, id, f.out());
        if (status != 0) {
            throw f.failure(status, "register_hook", tensor);
        }
        return new Hook(tensor, f.number(0));
    }

    private static int hook(long id, long gradient, MemorySegment replacement) {
        return guarded(() -> {
            @SuppressWarnings("unchecked") UnaryOperator<Tensor> hook = (UnaryOperator<Tensor>) HELD.get(id);
            CallFrame f = CallFrame.current();
            Tensor result = hook.apply(f.adopt(gradient));
            if (result != null) {
                Tensor shared = result.share();
                replacement.reinterpret(8).set(JAVA_LONG, 0, shared.release());
            }
        });
    }

    private static int recompute(long id, MemorySegment inputs, long count) {
        return guarded(() -> {
            Checkpoint.Block block = (Checkpoint.Block) HELD.get(id);
            CallFrame f = CallFrame.current();
            MemorySegment handles = inputs.reinterpret(8 * count);
            List<Tensor> tensors = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                tensors.add(f.adopt(handles.getAtIndex(JAVA_LONG, i)));
            }
            block.runAgain(tensors);
        });
    }

    private static int guarded(Runnable body) {
        CallFrame frame = null;
        try {
            frame = CallFrame.current();
            long outer = frame.beginCallback();
            Scope innermost = frame.scope;
            try (Scope scope = Scope.open()) {
                body.run();
            } finally {
                frame.scope = innermost;
                frame.endCallback(outer);
            }
            return 0;
        } catch (Throwable thrown) {
            if (frame != null) {
                frame.callbackFailure = thrown;
            }
            FOREIGN_FAILURE.set(thrown);
            return 1;
        }
    }
}
