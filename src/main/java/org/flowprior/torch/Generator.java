package org.flowprior.torch;

import java.lang.ref.Cleaner;
import org.flowprior.torch.ffi.Shim;

/**
 * A random number generator. Ops take one as an argument; without it they draw from the device's default generator,
 * which {@link Libtorch#manualSeed} seeds. The same seed gives PyTorch's numbers.
 */
public final class Generator implements AutoCloseable {

    private long handle;
    private final Cleaner.Cleanable cleanable;

    private Generator(long handle, Counters counters) {
        this.handle = handle;
        this.cleanable = Scope.CLEANER.register(this, () -> counters.later(() -> Shim.fp_generator_free(handle)));
    }

    /** A new generator for that device with PyTorch's default seed. */
    public static Generator on(Device device) {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_generator_new(device.type().code(), device.index(), f.out()), "generator", device);
        return new Generator(f.number(0), f.counters);
    }

    /** A new CPU generator with that seed. */
    public static Generator seeded(long seed) {
        return on(Device.CPU).manualSeed(seed);
    }

    /** The device's default generator. */
    public static Generator defaultOf(Device device) {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_generator_default(device.type().code(), device.index(), f.out()), "generator", device);
        return new Generator(f.number(0), f.counters);
    }

    long handle() {
        if (handle == 0) {
            throw new ClosedException("this generator is closed", null);
        }
        return handle;
    }

    /** Starts the sequence of that seed. Returns this. */
    public Generator manualSeed(long seed) {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_generator_set_seed(handle(), seed), "manual_seed");
        return this;
    }

    /** The seed last set. */
    public long initialSeed() {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_generator_seed(handle(), f.out()), "initial_seed");
        return f.number(0);
    }

    /** The whole state as a uint8 tensor, as PyTorch stores it. */
    public Tensor state() {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_generator_state(handle(), f.out()), "get_state");
        return f.tensor();
    }

    /** Continues from a state that {@link #state} or PyTorch gave. Returns this. */
    public Generator setState(Tensor state) {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_generator_set_state(handle(), f.in(state, "state")), "set_state", state);
        return this;
    }

    /** Frees the generator. Throws {@link ClosedException} the second time. */
    @Override
    public void close() {
        handle();
        handle = 0;
        cleanable.clean();
    }
}
