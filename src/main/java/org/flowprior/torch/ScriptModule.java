package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.ffi.Shim;

/** A TorchScript module: a network that Python saved with its code. */
public final class ScriptModule implements AutoCloseable {

    private long handle;
    private final Cleaner.Cleanable cleanable;

    private ScriptModule(long handle, Counters counters) {
        this.handle = handle;
        this.cleanable = Scope.CLEANER.register(this, () -> counters.later(() -> Shim.fp_script_free(handle)));
    }

    /**
     * Loads a file that {@code torch.jit.save} wrote.
     *
     * @throws IllegalArgumentException if there is no such file
     * @throws TorchException           if it is not TorchScript
     */
    public static ScriptModule load(Path file, Device device) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(file + ": no such file");
        }
        CallFrame f = CallFrame.enter();
        int status = Shim.fp_script_load(f.string(file.toString(), "file"), device.type().code(), device.index(),
                f.out());
        f.check(status, "load", file);
        return new ScriptModule(f.number(0), f.counters);
    }

    private long handle() {
        if (handle == 0) {
            throw new ClosedException("this TorchScript module is closed", null);
        }
        return handle;
    }

    /** Calls {@code forward}; a tuple or list of tensors is returned flat. */
    public List<Tensor> forward(Tensor... inputs) {
        return call("forward", inputs);
    }

    /** Calls a method by name; a tuple or list of tensors is returned flat. */
    public List<Tensor> call(String method, Tensor... inputs) {
        CallFrame f = CallFrame.enter();
        List<Tensor> list = List.of(inputs);
        int status = Shim.fp_script_call(handle(), f.string(method, "method"), f.tensors(list, "inputs"), list.size(),
                f.out(), f.out(1));
        Reference.reachabilityFence(this);
        return f.check(status, method, (Object[]) inputs).tensorList();
    }

    /** Moves parameters and buffers, and casts them unless the dtype is null. Returns this. */
    public ScriptModule to(Device device, DType dtype) {
        CallFrame f = CallFrame.enter();
        int status = Shim.fp_script_to(handle(), device.type().code(), device.index(), dtype == null ? 0 : 1,
                dtype == null ? 0 : dtype.code());
        f.check(status, "to", device);
        return this;
    }

    /** Sets training or evaluation mode. Returns this. */
    public ScriptModule train(boolean training) {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_script_train(handle(), training ? 1 : 0), "train");
        return this;
    }

    /** Makes a module with the parameters as constants; this one must be in evaluation mode. */
    public ScriptModule freeze() {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_script_freeze(handle(), f.out()), "freeze");
        return new ScriptModule(f.number(0), f.counters);
    }

    /** Writes the module for {@code torch.jit.load}. */
    public void save(Path file) {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_script_save(handle(), f.string(file.toString(), "file")), "save", file);
    }

    /** Parameters and buffers by name; they share memory with the module. */
    public Map<String, Tensor> stateDict() {
        CallFrame f = CallFrame.enter();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment names = arena.allocate(1 << 20);
            MemorySegment length = arena.allocate(JAVA_LONG);
            f.check(Shim.fp_script_state(handle(), f.out(), f.out(1), names, names.byteSize(), length),
                    "state_dict");
            List<Tensor> tensors = f.tensorList();
            String[] keys = CallFrame.utf8(names, length.get(JAVA_LONG, 0)).split("\n");
            Map<String, Tensor> state = new LinkedHashMap<>();
            for (int i = 0; i < tensors.size(); i++) {
                state.put(keys[i], tensors.get(i));
            }
            return state;
        }
    }

    /** Frees the module. Throws {@link ClosedException} the second time. */
    @Override
    public void close() {
        handle();
        handle = 0;
        cleanable.clean();
    }
}
