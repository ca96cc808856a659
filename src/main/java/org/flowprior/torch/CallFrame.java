package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.ffi.Shim;

/**
 * One thread's side of the bridge: the memory that arguments and results pass through, the innermost scope, the
 * thread's counters. Each op enters the frame, writes its lists and strings one behind the other, and takes its result
 * from {@link #out}; nothing is allocated natively for a call.
 *
 * <p>Generated methods name their arguments again where an op fails. That also keeps the wrappers reachable while the
 * native call runs, so that no cleaner can give back a handle in use.
 */
final class CallFrame {

    private static final ThreadLocal<CallFrame> CURRENT = ThreadLocal.withInitial(CallFrame::new);
    private static final int OUT_SLOTS = 8;

    final Thread thread = Thread.currentThread();
    final Counters counters;
    /** The innermost open scope, or null. */
    Scope scope;
    /** The innermost inference mode, or null. */
    InferenceMode inferenceMode;
    /** What a callback threw while libtorch was calling it, until the failed call comes back. */
    Throwable callbackFailure;
    private final MemorySegment out = Arena.ofAuto().allocate(8L * OUT_SLOTS, 8);
    private MemorySegment scratch = Arena.ofAuto().allocate(1 << 14, 8);
    private long position;
    private long base;

    private CallFrame() {
        if (thread.isVirtual()) {
            throw new ThreadException("tensors cannot be used from a virtual thread: libtorch keeps its modes in the "
                    + "carrier thread; run this on a platform thread");
        }
        Native.ensureInitialized();
        counters = Counters.ofNewThread();
    }

    static CallFrame enter() {
        CallFrame frame = CURRENT.get();
        frame.position = frame.base;
        if (frame.counters.hasLeaks()) {
            frame.freeLeaks();
        }
        return frame;
    }

    /** The frame as it is, in the middle of a call. */
    static CallFrame current() {
        return CURRENT.get();
    }

    private void freeLeaks() {
        Runnable free;
        while ((free = counters.takeLeak()) != null) {
            free.run();
        }
    }

    /** Runs Java code that libtorch calls: its ops write behind what the outer call has written. */
    long beginCallback() {
        long outer = base;
        base = position;
        return outer;
    }

    void endCallback(long outer) {
        position = base;
        base = outer;
    }

    // ---- arguments -------------------------------------------------------------------------------------------------

    long in(Tensor tensor, String name) {
        if (tensor == null) {
            throw isNull(name);
        }
        return tensor.handle(thread);
    }

    long optional(Tensor tensor) {
        return tensor == null ? 0 : tensor.handle(thread);
    }

    MemorySegment tensors(List<Tensor> tensors, String name) {
        if (tensors == null) {
            throw isNull(name);
        }
        int n = tensors.size();
        MemorySegment block = take(8L * n);
        for (int i = 0; i < n; i++) {
            Tensor tensor = tensors.get(i);
            if (tensor == null) {
                throw new NullPointerException(name + "[" + i + "] must not be null");
            }
            block.setAtIndex(JAVA_LONG, i, tensor.handle(thread));
        }
        return block;
    }

    MemorySegment optionalTensors(List<Tensor> tensors, String name) {
        if (tensors == null) {
            throw isNull(name);
        }
        int n = tensors.size();
        MemorySegment block = take(8L * n);
        for (int i = 0; i < n; i++) {
            block.setAtIndex(JAVA_LONG, i, optional(tensors.get(i)));
        }
        return block;
    }

    MemorySegment longs(long[] values, String name) {
        if (values == null) {
            throw isNull(name);
        }
        MemorySegment block = take(8L * values.length);
        MemorySegment.copy(values, 0, block, JAVA_LONG, 0, values.length);
        return block;
    }

    MemorySegment optionalLongs(long[] values) {
        return values == null ? MemorySegment.NULL : longs(values, "");
    }

    MemorySegment optionalDoubles(double[] values) {
        if (values == null) {
            return MemorySegment.NULL;
        }
        MemorySegment block = take(8L * values.length);
        MemorySegment.copy(values, 0, block, JAVA_DOUBLE, 0, values.length);
        return block;
    }

    MemorySegment kinds(List<? extends Number> values, String name) {
        if (values == null) {
            throw isNull(name);
        }
        MemorySegment block = take(4L * values.size());
        for (int i = 0; i < values.size(); i++) {
            block.setAtIndex(JAVA_INT, i, kind(values.get(i), name));
        }
        return block;
    }

    MemorySegment bits(List<? extends Number> values) {
        MemorySegment block = take(8L * values.size());
        for (int i = 0; i < values.size(); i++) {
            block.setAtIndex(JAVA_LONG, i, bits(values.get(i)));
        }
        return block;
    }

    MemorySegment string(String text, String name) {
        if (text == null) {
            throw isNull(name);
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment block = take(utf8.length + 1L);
        MemorySegment.copy(utf8, 0, block, JAVA_BYTE, 0, utf8.length);
        block.set(JAVA_BYTE, utf8.length, (byte) 0);
        return block;
    }

    MemorySegment optionalString(String text) {
        return text == null ? MemorySegment.NULL : string(text, "");
    }

    long generator(Generator generator) {
        return generator == null ? 0 : generator.handle();
    }

    static int length(long[] values) {
        return values == null ? 0 : values.length;
    }

    static int length(double[] values) {
        return values == null ? 0 : values.length;
    }

    static int kind(Number value, String name) {
        if (value == null) {
            throw isNull(name);
        }
        return value instanceof Double || value instanceof Float ? 2 : 1;
    }

    static int optionalKind(Number value) {
        return value == null ? 0 : kind(value, "");
    }

    static long bits(Number value) {
        return value instanceof Double || value instanceof Float ? Double.doubleToRawLongBits(value.doubleValue())
                : value == null ? 0 : value.longValue();
    }

    static int code(DType dtype, String name) {
        if (dtype == null) {
            throw isNull(name);
        }
        return dtype.code();
    }

    static int code(MemoryFormat format, String name) {
        if (format == null) {
            throw isNull(name);
        }
        return format.code();
    }

    static long code(Reduction reduction, String name) {
        if (reduction == null) {
            throw isNull(name);
        }
        return reduction.code();
    }

    static int type(Device device, String name) {
        if (device == null) {
            throw isNull(name);
        }
        return device.type().code();
    }

    private static NullPointerException isNull(String name) {
        return new NullPointerException(name + " must not be null");
    }

    /** The next bytes of the scratch memory, aligned to 8; a larger block takes its place when it is full. */
    MemorySegment take(long bytes) {
        if (position + bytes > scratch.byteSize()) {
            scratch = Arena.ofAuto().allocate(Math.max(2 * scratch.byteSize(), bytes), 8);
            position = 0;
        }
        MemorySegment block = scratch.asSlice(position, bytes);
        position += (bytes + 7) & ~7L;
        return block;
    }

    // ---- results ---------------------------------------------------------------------------------------------------

    MemorySegment out() {
        return out;
    }

    MemorySegment outCount() {
        return out.asSlice(8, 8);
    }

    long number(int slot) {
        return out.getAtIndex(JAVA_LONG, slot);
    }

    boolean flag() {
        return out.get(JAVA_INT, 0) != 0;
    }

    Tensor tensor() {
        return adopt(out.get(JAVA_LONG, 0));
    }

    Tensor tensor(int slot) {
        return adopt(out.getAtIndex(JAVA_LONG, slot));
    }

    List<Tensor> tensorList() {
        MemorySegment block = MemorySegment.ofAddress(out.get(JAVA_LONG, 0));
        int n = (int) out.getAtIndex(JAVA_LONG, 1);
        MemorySegment handles = block.reinterpret(8L * n);
        List<Tensor> tensors = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            tensors.add(adopt(handles.getAtIndex(JAVA_LONG, i)));
        }
        Shim.fp_list_free(block);
        return tensors;
    }

    /** A wrapper that owns the reference, in the innermost scope; null for an undefined tensor. */
    Tensor adopt(long handle) {
        if (handle == 0) {
            return null;
        }
        counters.created++;
        return new Tensor(handle, this);
    }

    void free(long handle) {
        counters.closed++;
        MemorySegment block = take(8);
        block.set(JAVA_LONG, 0, handle);
        Shim.fp_tensor_free(block, 1);
    }

    RuntimeException failure(int status, String op, Object... arguments) {
        return Errors.of(this, status, op, arguments);
    }
}
