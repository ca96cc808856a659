package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.flowprior.torch.ffi.Shim;
import org.flowprior.torch.ffi.fp_function_fn;
import org.flowprior.torch.ffi.fp_hook_fn;
import org.flowprior.torch.ffi.fp_recompute_fn;
import org.flowprior.torch.ffi.fp_release_fn;

/**
 * Calls of libtorch into Java: hooks, functions, checkpointed blocks, the release of borrowed memory. One stub for each kind lives
 * as long as the JVM and finds the object by a number. An exception that left a callback would end the JVM: it is
 * stored, the native side gets an error status, and the call that ran the callback throws the exception.
 */
final class Callbacks {

    private static final Map<Long, Object> HELD = new ConcurrentHashMap<>();
    private static final AtomicLong NEXT = new AtomicLong(1);
    /** A failure on one of libtorch's own threads, as in backward on CUDA. */
    private static final AtomicReference<Throwable> FOREIGN_FAILURE = new AtomicReference<>();

    static final MemorySegment RELEASE = fp_release_fn.allocate(Callbacks::release, Arena.global());
    private static final MemorySegment HOOK = fp_hook_fn.allocate(Callbacks::hook, Arena.global());
    static final MemorySegment RECOMPUTE = fp_recompute_fn.allocate(Callbacks::recompute, Arena.global());
    static final MemorySegment FUNCTION = fp_function_fn.allocate(Callbacks::function, Arena.global());

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

    static Throwable takeForeignFailure() {
        return FOREIGN_FAILURE.getAndSet(null);
    }

    private static int release(long id) {
        HELD.remove(id);
        return 0;
    }

    static Hook addHook(Tensor tensor, UnaryOperator<Tensor> hook) {
        CallFrame f = CallFrame.enter();
        long id = hold(CallFrame.required(hook, "hook"));
        f.check(Shim.fp_hook_add(f.in(tensor, "this"), HOOK, RELEASE, id, f.out()), "register_hook", tensor);
        return new Hook(tensor, f.number(0));
    }

    private static int hook(long id, long gradient, MemorySegment replacement) {
        return guarded(() -> {
            @SuppressWarnings("unchecked") UnaryOperator<Tensor> hook = (UnaryOperator<Tensor>) HELD.get(id);
            Tensor result = hook.apply(CallFrame.current().adopt(gradient));
            if (result != null) {
                replacement.reinterpret(8).set(JAVA_LONG, 0, result.share().release());
            }
        });
    }

    private static int recompute(long id, MemorySegment inputs, long count) {
        return guarded(() -> ((Checkpoint.Block) HELD.get(id)).runAgain(CallFrame.current().adoptAll(inputs, count)));
    }

    private static int function(long id, long node, MemorySegment gradients, long count, MemorySegment results,
            long resultCount) {
        return guarded(() -> {
            Function.Applied call = (Function.Applied) HELD.get(id);
            List<Tensor> result = call.function().gradients(call.context(), node,
                    CallFrame.current().adoptAll(gradients, count));
            MemorySegment out = results.reinterpret(8 * resultCount);
            for (int i = 0; i < result.size(); i++) {
                Tensor gradient = result.get(i);
                out.setAtIndex(JAVA_LONG, i, gradient == null ? 0 : gradient.share().release());
            }
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
