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
 * One thread's side of the bridge to the shim: the memory that arguments and results pass through, the innermost scope,
 * the thread's counters. Each op enters the frame, writes its lists and strings one after another, and reads its result
 * from {@link #out}; a call allocates no native memory.
 *
 * <p>Generated methods pass their arguments to {@link #failure} too. That also keeps the wrappers reachable while the
 * native call runs, so that no cleaner can free a handle in use.
 */
final class CallFrame {

    private static final ThreadLocal<CallFrame> CURRENT = ThreadLocal.withInitial(CallFrame::new);

    /** Writes a text in UTF-8, cut at the capacity, and its whole length. */
    interface TextCall {
        int write(MemorySegment buffer, long capacity, MemorySegment length);
    }

    final Thread thread = Thread.currentThread();
    final Counters counters;
    final Collector collector;
    /** The innermost open scope, or null. */
    Scope scope;
    /** The innermost inference mode, or null. */
    InferenceMode inferenceMode;
    /** The exception of a callback, until the native call that ran the callback returns. */
    Throwable callbackFailure;
    private final MemorySegment out = Arena.ofAuto().allocate(8 * 8, 8);
    private final MemorySegment freed = Arena.ofAuto().allocate(8, 8);
    private MemorySegment scratch = Arena.ofAuto().allocate(1 << 14, 8);
    private long position;
    private long base;

    private CallFrame() {
        if (thread.isVirtual()) {
            throw new ThreadException("tensors cannot be used from a virtual thread: libtorch keeps its modes in the "
                    + "carrier thread; run this on a platform thread");
        }
        NativeLibrary.load();
        counters = Counters.ofNewThread();
        collector = new Collector(this);
        Counters.takeOverEnded(this);
    }

    /** This thread's frame, ready for a new call. */
    static CallFrame enter() {
        CallFrame frame = CURRENT.get();
        frame.position = frame.base;
        frame.counters.freeLost(frame);
        return frame;
    }

    /** This thread's frame as it is, in the middle of a call. */
    static CallFrame current() {
        return CURRENT.get();
    }

    /** Throws if another thread ends a mode that was set on this frame's thread. */
    void requireThreadOfMode() {
        if (Thread.currentThread() != thread) {
            throw new ThreadException("a mode set on thread '" + thread.getName() + "' was ended from thread '"
                    + Thread.currentThread().getName() + "'; libtorch's modes belong to threads");
        }
    }

    /** Begins Java code that libtorch calls: its ops write after the arguments of the outer call. */
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

    static <T> T required(T value, String name) {
        if (value == null) {
            throw new NullPointerException(name + " must not be null");
        }
        return value;
    }

    long in(Tensor tensor, String name) {
        return required(tensor, name).handle(thread);
    }

    long optional(Tensor tensor) {
        return tensor == null ? 0 : tensor.handle(thread);
    }

    MemorySegment tensors(List<Tensor> tensors, String name) {
        int n = required(tensors, name).size();
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
        int n = required(tensors, name).size();
        MemorySegment block = take(8L * n);
        for (int i = 0; i < n; i++) {
            block.setAtIndex(JAVA_LONG, i, optional(tensors.get(i)));
        }
        return block;
    }

    MemorySegment longs(long[] values, String name) {
        MemorySegment block = take(8L * required(values, name).length);
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
        MemorySegment block = take(4L * required(values, name).size());
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
        byte[] utf8 = required(text, name).getBytes(StandardCharsets.UTF_8);
        MemorySegment block = take(utf8.length + 1L);
        MemorySegment.copy(utf8, 0, block, JAVA_BYTE, 0, utf8.length);
        block.set(JAVA_BYTE, utf8.length, (byte) 0);
        return block;
    }

    MemorySegment optionalString(String text) {
        return text == null ? MemorySegment.NULL : string(text, "");
    }

    static int kind(Number value, String name) {
        return required(value, name) instanceof Double || value instanceof Float ? 2 : 1;
    }

    static long bits(Number value) {
        return value instanceof Double || value instanceof Float ? Double.doubleToRawLongBits(value.doubleValue())
                : value == null ? 0 : value.longValue();
    }

    /** The next bytes of the scratch memory, aligned to 8; when it is full, a larger block replaces it. */
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

    /** The memory for results from that slot of 8 bytes on. */
    MemorySegment out(int slot) {
        return out.asSlice(8L * slot);
    }

    long number(int slot) {
        return out.getAtIndex(JAVA_LONG, slot);
    }

    int integer(int slot) {
        return out.get(JAVA_INT, 8L * slot);
    }

    boolean flag() {
        return integer(0) != 0;
    }

    Tensor tensor() {
        return tensor(0);
    }

    Tensor tensor(int slot) {
        return adopt(number(slot));
    }

    List<Tensor> tensorList() {
        MemorySegment block = MemorySegment.ofAddress(number(0));
        int n = (int) number(1);
        List<Tensor> tensors = adoptAll(block, n);
        Shim.fp_list_free(block);
        return tensors;
    }

    List<Tensor> adoptAll(MemorySegment block, long count) {
        MemorySegment handles = block.reinterpret(8 * count);
        List<Tensor> tensors = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            tensors.add(adopt(handles.getAtIndex(JAVA_LONG, i)));
        }
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

    /** The text that the call writes, at most 64 KiB of it. */
    static String text(TextCall call, String op) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocate(JAVA_LONG);
            MemorySegment buffer = arena.allocate(1 << 16);
            int status = call.write(buffer, buffer.byteSize(), length);
            if (status != 0) {
                throw current().failure(status, op);
            }
            return utf8(buffer, Math.min(length.get(JAVA_LONG, 0), buffer.byteSize()));
        }
    }

    static String utf8(MemorySegment buffer, long length) {
        return new String(buffer.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
    }

    void free(long handle) {
        counters.closed++;
        freed.set(JAVA_LONG, 0, handle);
        Shim.fp_tensor_free(freed, 1);
    }

    /** Frees a tensor that was lost. */
    void freeCollected(long handle) {
        counters.collected++;
        free(handle);
    }

    /** Throws the exception of {@link #failure} unless the status is 0. Returns this. */
    CallFrame check(int status, String op, Object... arguments) {
        if (status != 0) {
            throw failure(status, op, arguments);
        }
        return this;
    }

    RuntimeException failure(int status, String op, Object... arguments) {
        return TorchException.of(this, status, op, arguments);
    }
}
