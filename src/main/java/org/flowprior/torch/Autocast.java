package org.flowprior.torch;

import org.flowprior.torch.ffi.Shim;

/**
 * A block in which each op runs in a 16-bit dtype or in float32, as {@code torch.autocast} chooses. Weights are cast
 * once for the outermost block. An inner block may switch autocast off.
 */
public final class Autocast implements AutoCloseable {

    /** The settings of one device type on this thread. */
    record State(Device.Type type, boolean enabled, DType dtype, boolean cacheEnabled) {

        static State of(Device.Type type) {
            CallFrame f = CallFrame.enter();
            f.check(Shim.fp_autocast(type.code(), f.out(), f.out(1), f.out(2)), "autocast");
            return new State(type, f.flag(), DType.ofCode(f.integer(1)), f.integer(2) != 0);
        }

        void apply() {
            CallFrame f = CallFrame.enter();
            f.check(Shim.fp_set_autocast(type.code(), enabled ? 1 : 0, dtype.code(), cacheEnabled ? 1 : 0),
                    "autocast");
        }
    }

    private final State before;
    private final CallFrame frame = CallFrame.enter();

    Autocast(State state) {
        before = State.of(state.type());
        state.apply();
        Shim.fp_autocast_enter();
    }

    /**
     * Switches autocast on for that device type.
     *
     * @param dtype {@link DType#BFLOAT16}, or {@link DType#FLOAT16} on CUDA
     */
    public static Autocast on(Device.Type type, DType dtype) {
        return new Autocast(new State(type, true, dtype, true));
    }

    /** Switches autocast off for that device type. */
    public static Autocast off(Device.Type type) {
        State now = State.of(type);
        return new Autocast(new State(type, false, now.dtype(), now.cacheEnabled()));
    }

    /** True if autocast is on for that device type on this thread. */
    public static boolean isEnabled(Device.Type type) {
        return State.of(type).enabled();
    }

    /** Restores the former settings. */
    @Override
    public void close() {
        frame.requireThreadOfMode();
        Shim.fp_autocast_leave();
        before.apply();
    }
}
