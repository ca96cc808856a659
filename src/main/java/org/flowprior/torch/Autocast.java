package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import org.flowprior.torch.ffi.Shim;

/**
 * A block in which ops choose between a short dtype and float32 as PyTorch's {@code torch.autocast} does. Weights are
 * cast once for the outermost block. A block may switch autocast off again.
 */
public final class Autocast implements AutoCloseable {

    /** The switches of one device type on this thread. */
    record State(Device.Type type, boolean enabled, DType dtype, boolean cacheEnabled) {

        static State of(Device.Type type) {
            CallFrame f = CallFrame.enter();
            MemorySegment out = f.out();
            Tensor.check(f, Shim.fp_autocast(type.code(), out, out.asSlice(8), out.asSlice(16)), "autocast");
            return new State(type, out.get(JAVA_INT, 0) != 0, DType.ofCode(out.get(JAVA_INT, 8)),
                    out.get(JAVA_INT, 16) != 0);
        }

        void apply() {
            CallFrame f = CallFrame.enter();
            Tensor.check(f, Shim.fp_set_autocast(type.code(), enabled ? 1 : 0, dtype.code(), cacheEnabled ? 1 : 0),
                    "autocast");
        }
    }

    private final State before;
    private final Thread thread = Thread.currentThread();

    private Autocast(State state) {
        before = State.of(state.type());
        state.apply();
        Shim.fp_autocast_enter();
    }

    /**
     * Begins a block for that device type.
     *
     * @param dtype {@link DType#BFLOAT16}, or {@link DType#FLOAT16} on CUDA
     */
    public static Autocast on(Device.Type type, DType dtype) {
        return new Autocast(new State(type, true, dtype, true));
    }

    /** Begins a block in which autocast is off for that device type. */
    public static Autocast off(Device.Type type) {
        State now = State.of(type);
        return new Autocast(new State(type, false, now.dtype(), now.cacheEnabled()));
    }

    static Autocast restore(State state) {
        return new Autocast(state);
    }

    /** True inside such a block on this thread. */
    public static boolean isEnabled(Device.Type type) {
        return State.of(type).enabled();
    }

    /** Restores the switches from before. */
    @Override
    public void close() {
        Modes.requireThread(thread);
        Shim.fp_autocast_leave();
        before.apply();
    }
}
