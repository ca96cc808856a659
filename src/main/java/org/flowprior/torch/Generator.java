package org.flowprior.torch;

import java.lang.ref.Cleaner;
import org.flowprior.torch.ffi.Shim;

/**
 * A random number generator. Ops take one as an argument; without it they draw from the device's default generator,
 * which {@link Libtorch#manualSeed} seeds. A seed gives the same numbers as in PyTorch.
 */
public final class Generator implements AutoCloseable {

    private long handle;
    private final Cleaner.Cleanable cleanable;

    private Generator(long handle, Counters counters) {
        this.handle = handle;
        this.cleanable = Scope.CLEANER.register(this, () -> counters.later(() -> Shim.fp_generator_free(handle)));
    }

    /** Makes a generator for that device, with PyTorch's default seed. */
    public static Generator on(Device device) {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_generator_new(device.type().code(), device.index(), f.out()), "generator", device);
        return new Generator(f.number(0), f.counters);
    }

    /** Makes a CPU generator with that seed. */
    public static Generator seeded(long seed) {
        return on(Device.CPU).manualSeed(seed);
    }

    /** The device's default generator. */
    public static Generator defaultOf(Device device) {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_generator_default(device.type().code(), device.index(), f.out()), "generator", device);
        return new Generator(f.number(0), f.counters);
    }

    long handle() {
        if (handle == 0) {
            throw new ClosedException("this generator is closed", null);
        }
        return handle;
    }

    /** Sets the seed. Returns this. */
    public Generator manualSeed(long seed) {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_generator_set_seed(handle(), seed), "manual_seed");
        return this;
    }

    /** The seed last set. */
    public long initialSeed() {
        CallFrame f = CallFrame.enter();
        return f.check(Shim.fp_generator_seed(handle(), f.out()), "initial_seed").number(0);
    }

    /** The state, a one-dimensional uint8 tensor as in PyTorch. */
    public Tensor state() {
        CallFrame f = CallFrame.enter();
        return f.check(Shim.fp_generator_state(handle(), f.out()), "get_state").tensor();
    }

    /** Sets a state that {@link #state} or PyTorch returned. Returns this. */
    public Generator setState(Tensor state) {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_generator_set_state(handle(), f.in(state, "state")), "set_state", state);
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
