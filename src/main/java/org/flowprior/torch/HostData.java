package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Function;
import org.flowprior.torch.ffi.Shim;

/** Copies between tensors and Java memory. */
final class HostData {

    private HostData() {}

    /** The shape, or one dimension if the array has none. */
    static long[] orLength(long[] shape, int length) {
        return shape.length == 0 ? new long[] {length} : shape;
    }

    static Tensor copyOf(MemorySegment data, DType dtype, long[] shape) {
        requireSize(data.byteSize(), dtype, shape);
        Tensor tensor = Torch.empty(shape, dtype);
        segment(tensor).copyFrom(data);
        return tensor;
    }

    static Tensor ofBooleans(boolean[] data, long[] shape) {
        byte[] bytes = new byte[data.length];
        for (int i = 0; i < data.length; i++) {
            bytes[i] = (byte) (data[i] ? 1 : 0);
        }
        return copyOf(MemorySegment.ofArray(bytes), DType.BOOL, orLength(shape, bytes.length));
    }

    static Tensor over(MemorySegment data, DType dtype, long[] shape) {
        requireSize(data.byteSize(), dtype, shape);
        if (!data.isNative()) {
            throw new IllegalArgumentException("a tensor over memory needs a native segment; of(...) copies an array");
        }
        if (data.address() % Math.min(dtype.bytes(), 8) != 0) {
            throw new IllegalArgumentException("memory at " + Long.toHexString(data.address()) + " is not aligned for "
                    + dtype);
        }
        CallFrame f = CallFrame.enter();
        long id = Callbacks.hold(data);
        int status = Shim.fp_tensor_over(data, f.longs(shape, "shape"), shape.length, dtype.code(), Callbacks.RELEASE,
                id, f.out());
        if (status != 0) {
            Callbacks.forget(id);
            throw f.failure(status, "over", dtype, shape);
        }
        return f.tensor();
    }

    private static void requireSize(long bytes, DType dtype, long[] shape) {
        long expected = dtype.bytes();
        for (long size : shape) {
            if (size < 0) {
                throw new ShapeException("a shape has a negative size: " + Arrays.toString(shape), null);
            }
            expected = Math.multiplyExact(expected, size);
        }
        if (bytes != expected) {
            throw new ShapeException("shape " + Arrays.toString(shape) + " of " + dtype + " takes " + expected
                    + " bytes, the data has " + bytes, null);
        }
    }

    /** The memory of a contiguous CPU tensor, valid while the tensor is. */
    static MemorySegment segment(Tensor tensor) {
        if (!tensor.device().equals(Device.CPU) || !tensor.isContiguous()) {
            throw new IllegalStateException("only the memory of a contiguous CPU tensor can be read; this is "
                    + tensor.signature() + "; to(Device.CPU) and contiguous() make one");
        }
        return MemorySegment.ofAddress(tensor.dataAddress()).reinterpret(tensor.numel() * tensor.dtype().bytes());
    }

    static void load(Tensor tensor, MemorySegment source) {
        MemorySegment target = segment(tensor);
        if (target.byteSize() != source.byteSize()) {
            throw new ShapeException("load: " + tensor.signature() + " takes " + target.byteSize()
                    + " bytes, the source has " + source.byteSize(), null);
        }
        target.copyFrom(source);
    }

    static <T> T read(Tensor tensor, DType dtype, Function<MemorySegment, T> reader) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor plain = tensor.detach().to(Device.CPU, dtype).contiguous();
            return reader.apply(segment(plain.isLazy() ? plain.clone(MemoryFormat.CONTIGUOUS) : plain));
        }
    }

    static boolean[] readBooleans(Tensor tensor) {
        byte[] bytes = read(tensor, DType.BOOL, s -> s.toArray(JAVA_BYTE));
        boolean[] values = new boolean[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = bytes[i] != 0;
        }
        return values;
    }
}
