package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.flowprior.torch.ffi.Shim;

/**
 * A tensor of libtorch. Its ops are methods under PyTorch's names in camel case; ops that are not methods in PyTorch are
 * in {@link Torch}, {@link Functional}, {@link Linalg}, {@link Fft}, {@link Foreach} and {@link Special}.
 *
 * <p>A tensor belongs to the scope that was innermost when it was made, see {@link Scope}. Two wrappers may stand for
 * one tensor, see {@link #isSame}. Only the thread of its scope may use a tensor; one outside every scope may be used
 * by any platform thread, but not by two at once.
 *
 * <p>All methods throw {@link ClosedException} if the tensor is closed, {@link ThreadException} on a thread that may not
 * use it, {@link NullPointerException} with the name of an argument that is null, and a subclass of
 * {@link TorchException} for errors of libtorch.
 */
public final class Tensor extends Handle implements CreationOps, RandomOps, PointwiseOps, ComparisonOps, ReductionOps,
        ShapingOps, IndexingOps, MatricesOps, ActivationOps {

    Tensor(long handle, CallFrame frame) {
        super(handle, frame);
    }

    // ---- properties ------------------------------------------------------------------------------------------------

    private long info(int slot) {
        CallFrame f = CallFrame.enter();
        return f.check(Shim.fp_tensor_info(f.in(this, "this"), f.out()), "info").number(slot);
    }

    /** Number of dimensions. */
    public int dim() {
        return (int) info(0);
    }

    /** Element type. */
    public DType dtype() {
        return DType.ofCode(info(1));
    }

    /** The device of the elements. */
    public Device device() {
        return new Device(Device.Type.ofCode(info(2)), (int) CallFrame.current().number(3));
    }

    /** Number of elements. */
    public long numel() {
        return info(4);
    }

    /** True if the elements lie in row-major order without gaps. */
    public boolean isContiguous() {
        return info(6) != 0;
    }

    /** True if autograd records ops on the tensor. */
    public boolean requiresGrad() {
        return (info(7) & 1) != 0;
    }

    /** True if the tensor is not the result of a recorded op. */
    public boolean isLeaf() {
        return (info(7) & 2) != 0;
    }

    /** True if the tensor was made in inference mode. */
    public boolean isInference() {
        return (info(7) & 4) != 0;
    }

    /** True if the memory does not hold the elements themselves: conjugate or negative views, zeros without memory. */
    boolean isLazy() {
        return (info(7) & 32) != 0;
    }

    /** Sizes of all dimensions. */
    public long[] shape() {
        int dim = dim();
        CallFrame f = CallFrame.enter();
        MemorySegment sizes = f.take(8L * dim);
        f.check(Shim.fp_tensor_shape(f.in(this, "this"), sizes), "shape");
        return sizes.toArray(JAVA_LONG);
    }

    /** Strides of all dimensions, in elements. */
    public long[] strides() {
        int dim = dim();
        CallFrame f = CallFrame.enter();
        MemorySegment strides = f.take(8L * dim);
        f.check(Shim.fp_tensor_strides(f.in(this, "this"), strides), "strides");
        return strides.toArray(JAVA_LONG);
    }

    /** Size of one dimension, counted from the end if negative. */
    public long size(int dim) {
        long[] shape = shape();
        int d = dim < 0 ? dim + shape.length : dim;
        if (d < 0 || d >= shape.length) {
            throw new IndexException("size: dimension " + dim + " of a tensor of " + shape.length + " dimensions",
                    null);
        }
        return shape[d];
    }

    /** Size in bytes of the storage, which views share. */
    public long storageBytes() {
        return storage(1);
    }

    /** Address of the storage, equal for views of one tensor. */
    public long storageAddress() {
        return storage(0);
    }

    private long storage(int slot) {
        CallFrame f = CallFrame.enter();
        return f.check(Shim.fp_tensor_storage(f.in(this, "this"), f.out(), f.out(1)), "storage").number(slot);
    }

    /** Position of the first element in the storage, in elements. */
    public long storageOffset() {
        return (dataAddress() - storageAddress()) / dtype().bytes();
    }

    long dataAddress() {
        CallFrame f = CallFrame.enter();
        return f.check(Shim.fp_tensor_data(f.in(this, "this"), f.out()), "data").number(0);
    }

    /** Number of changes of the tensor in place. */
    public long version() {
        CallFrame f = CallFrame.enter();
        return f.check(Shim.fp_tensor_version(f.in(this, "this"), f.out()), "version").number(0);
    }

    // ---- from and to Java ------------------------------------------------------------------------------------------

    /** A float32 tensor with a copy of the numbers, of that shape or, without one, one-dimensional. */
    public static Tensor of(float[] data, long... shape) {
        return ofArray(MemorySegment.ofArray(data), DType.FLOAT32, data.length, shape);
    }

    /** A float32 tensor of these numbers, one-dimensional: {@code Tensor.of(1f, 2f)}. */
    public static Tensor of(float... data) {
        return of(data, new long[0]);
    }

    /** A float64 tensor of these numbers, one-dimensional: {@code Tensor.of(1.0, 2.0)}. */
    public static Tensor of(double... data) {
        return of(data, new long[0]);
    }

    /** An int64 tensor of these numbers, one-dimensional: {@code Tensor.of(1, 2)}. */
    public static Tensor of(long... data) {
        return of(data, new long[0]);
    }

    /** A float32 tensor of two dimensions with a copy of these rows, which have one length. */
    public static Tensor of(float[][] rows) {
        return rowsOf(rows.length, rows.length == 0 ? 0 : rows[0].length, i -> of(rows[i], new long[0]), DType.FLOAT32);
    }

    /** An int64 tensor of two dimensions with a copy of these rows, which have one length. */
    public static Tensor of(long[][] rows) {
        return rowsOf(rows.length, rows.length == 0 ? 0 : rows[0].length, i -> of(rows[i], new long[0]), DType.INT64);
    }

    private static Tensor rowsOf(int count, int length, IntFunction<Tensor> row, DType dtype) {
        Tensor all = Torch.empty(new long[] {count, length}, dtype);
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            for (int i = 0; i < count; i++) {
                Tensor one = row.apply(i);
                if (one.numel() != length) {
                    throw new ShapeException("row " + i + " has " + one.numel() + " numbers, row 0 has " + length,
                            null);
                }
                all.select(0, i).copy_(one);
            }
        }
        return all;
    }

    /** A float64 tensor with a copy of the numbers. */
    public static Tensor of(double[] data, long... shape) {
        return ofArray(MemorySegment.ofArray(data), DType.FLOAT64, data.length, shape);
    }

    /** An int64 tensor with a copy of the numbers. */
    public static Tensor of(long[] data, long... shape) {
        return ofArray(MemorySegment.ofArray(data), DType.INT64, data.length, shape);
    }

    /** An int32 tensor with a copy of the numbers. */
    public static Tensor of(int[] data, long... shape) {
        return ofArray(MemorySegment.ofArray(data), DType.INT32, data.length, shape);
    }

    /** A uint8 tensor with a copy of the bytes. */
    public static Tensor of(byte[] data, long... shape) {
        return ofArray(MemorySegment.ofArray(data), DType.UINT8, data.length, shape);
    }

    /** A bool tensor with a copy of the values. */
    public static Tensor of(boolean[] data, long... shape) {
        byte[] bytes = new byte[data.length];
        for (int i = 0; i < data.length; i++) {
            bytes[i] = (byte) (data[i] ? 1 : 0);
        }
        return ofArray(MemorySegment.ofArray(bytes), DType.BOOL, bytes.length, shape);
    }

    /**
     * A contiguous CPU tensor with a copy of the segment's bytes, of that shape or, without one, of no dimensions.
     *
     * @throws ShapeException if the segment's size does not fit the shape
     */
    public static Tensor of(MemorySegment data, DType dtype, long... shape) {
        requireSize(data.byteSize(), dtype, shape);
        Tensor tensor = Torch.empty(shape, dtype);
        tensor.memory().copyFrom(data);
        return tensor;
    }

    private static Tensor ofArray(MemorySegment data, DType dtype, int length, long[] shape) {
        return of(data, dtype, shape.length == 0 ? new long[] {length} : shape);
    }

    /** A contiguous CPU tensor with a copy of the buffer's remaining elements, in native byte order. */
    public static Tensor of(Buffer data, DType dtype, long... shape) {
        return of(MemorySegment.ofBuffer(data), dtype, shape);
    }

    /**
     * A contiguous CPU tensor over the segment's own memory, without a copy. The segment must be native, aligned for
     * the dtype, and of an automatic or global arena; it stays reachable as long as libtorch uses it.
     *
     * @throws ShapeException           if the segment's size does not fit the shape
     * @throws IllegalArgumentException if the segment is not native or not aligned
     */
    public static Tensor over(MemorySegment data, DType dtype, long... shape) {
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

    /** A tensor of no dimensions: float32 for a Float, float64 for a Double, otherwise int64. */
    public static Tensor scalar(Number value) {
        DType dtype = value instanceof Float ? DType.FLOAT32 : value instanceof Double ? DType.FLOAT64 : DType.INT64;
        return Torch.scalarTensor(value, dtype);
    }

    /** The elements in row-major order, converted to float32. */
    public float[] toFloatArray() {
        return read(DType.FLOAT32, s -> s.toArray(JAVA_FLOAT));
    }

    /** The elements in row-major order, converted to float64. */
    public double[] toDoubleArray() {
        return read(DType.FLOAT64, s -> s.toArray(JAVA_DOUBLE));
    }

    /** The elements in row-major order, converted to int64. */
    public long[] toLongArray() {
        return read(DType.INT64, s -> s.toArray(JAVA_LONG));
    }

    /** The elements in row-major order, converted to int32. */
    public int[] toIntArray() {
        return read(DType.INT32, s -> s.toArray(JAVA_INT));
    }

    /** The elements in row-major order, converted to uint8. */
    public byte[] toByteArray() {
        return read(DType.UINT8, s -> s.toArray(JAVA_BYTE));
    }

    /** The elements in row-major order, converted to bool. */
    public boolean[] toBooleanArray() {
        byte[] bytes = read(DType.BOOL, s -> s.toArray(JAVA_BYTE));
        boolean[] values = new boolean[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = bytes[i] != 0;
        }
        return values;
    }

    /**
     * The memory of this contiguous CPU tensor, read-only and valid while the tensor is open.
     *
     * @throws IllegalStateException if the tensor is not contiguous or not on the CPU
     * @throws TorchException        if the memory does not hold the elements themselves, as for a conjugate view
     */
    public MemorySegment segment() {
        return memory().asReadOnly();
    }

    private MemorySegment memory() {
        if (!device().equals(Device.CPU) || !isContiguous()) {
            throw new IllegalStateException("only the memory of a contiguous CPU tensor can be read; this is "
                    + signature() + "; to(Device.CPU) and contiguous() make one");
        }
        return MemorySegment.ofAddress(dataAddress()).reinterpret(numel() * dtype().bytes());
    }

    private <T> T read(DType dtype, Function<MemorySegment, T> reader) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor plain = detach().to(Device.CPU, dtype).contiguous();
            return reader.apply((plain.isLazy() ? plain.clone(MemoryFormat.CONTIGUOUS) : plain).memory());
        }
    }

    /** Copies a segment of the same size in bytes into this contiguous CPU tensor. Returns this. */
    public Tensor load(MemorySegment source) {
        MemorySegment target = memory();
        if (target.byteSize() != source.byteSize()) {
            throw new ShapeException("load: " + signature() + " takes " + target.byteSize()
                    + " bytes, the source has " + source.byteSize(), null);
        }
        target.copyFrom(source);
        return this;
    }

    /** The only element: a Double for real floating-point dtypes, otherwise a Long, 1 and 0 for booleans. */
    public Number itemNumber() {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_tensor_item(f.in(this, "this"), f.out(), f.out(1)), "item", this);
        return f.integer(0) == 2 ? (Number) Double.longBitsToDouble(f.number(1)) : (Number) f.number(1);
    }

    /** The only element as a double. */
    public double item() {
        return itemNumber().doubleValue();
    }

    // ---- indexing --------------------------------------------------------------------------------------------------

    /** The part that the indices select, as Python's brackets: a view unless one of them is a tensor. */
    public Tensor get(Index... indices) {
        return Index.get(this, indices);
    }

    /** The part at these positions of the first dimensions: a view. */
    public Tensor get(long... positions) {
        return get(Arrays.stream(positions).mapToObj(Index::at).toArray(Index[]::new));
    }

    /** Writes the value, broadcast, to the part that the indices select. Returns this. */
    public Tensor set(Tensor value, Index... indices) {
        Index.set(this, value, indices);
        return this;
    }

    /** The elements at these positions (int64), or where this mask (bool) is true, as a copy. */
    public Tensor get(Tensor positionsOrMask) {
        return get(Index.of(positionsOrMask));
    }

    /** Writes the number to the part that the indices select. Returns this. */
    public Tensor set(Number value, Index... indices) {
        return set(Torch.scalarTensor(value, dtype(), device()), indices);
    }

    /** Writes the number to that position of the first dimensions: {@code x[i, j] = value}. Returns this. */
    public Tensor set(Number value, long... positions) {
        return set(value, Arrays.stream(positions).mapToObj(Index::at).toArray(Index[]::new));
    }

    /** Writes the number to these positions, or where this mask is true: {@code x[mask] = value}. Returns this. */
    public Tensor set(Number value, Tensor positionsOrMask) {
        return set(value, Index.of(positionsOrMask));
    }

    // ---- short forms -----------------------------------------------------------------------------------------------

    /** This tensor on that device; itself if it is there. */
    public Tensor to(Device device) {
        return to(device, dtype());
    }

    /** This tensor in the memory of the CPU; itself if it is there. */
    public Tensor cpu() {
        return to(Device.CPU);
    }

    /** This tensor on the first CUDA device; itself if it is there. */
    public Tensor cuda() {
        return to(Device.cuda(0));
    }

    /** The dimensions in reverse order: {@code x.T}, a view. */
    public Tensor T() {
        long[] order = new long[dim()];
        for (int i = 0; i < order.length; i++) {
            order[i] = order.length - 1 - i;
        }
        return permute(order);
    }

    /** The last two dimensions exchanged: {@code x.mT}, a view. */
    public Tensor mT() {
        return transpose(-2, -1);
    }

    /** The distinct elements, in ascending order. */
    public Tensor unique() {
        return Torch.unique(this);
    }

    /** A copy that autograd records: {@code torch.clone}. */
    @Override
    public Tensor clone() {
        return clone((MemoryFormat) null);
    }

    // ---- autograd --------------------------------------------------------------------------------------------------

    /** Sets whether autograd records ops on this leaf. Returns this. */
    public Tensor requiresGrad_(boolean enabled) {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_set_requires_grad(f.in(this, "this"), enabled ? 1 : 0), "requires_grad_", this);
        return this;
    }

    /** The accumulated gradient, or null. */
    public Tensor grad() {
        CallFrame f = CallFrame.enter();
        return f.check(Shim.fp_tensor_grad(f.in(this, "this"), f.out()), "grad").tensor();
    }

    /**
     * Replaces the accumulated gradient; null removes it.
     *
     * @throws ShapeException if the gradient's shape, dtype or device is not the tensor's
     */
    public void setGrad(Tensor gradient) {
        if (gradient != null && (!Arrays.equals(shape(), gradient.shape()) || dtype() != gradient.dtype()
                || !device().equals(gradient.device()))) {
            throw new ShapeException("set_grad: a gradient " + gradient.signature() + " for " + signature(), null);
        }
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_tensor_set_grad(f.in(this, "this"), f.optional(gradient)), "set_grad", this, gradient);
    }

    /** Makes a tensor that is not a leaf keep its gradient in {@link #grad}. */
    public void retainGrad() {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_retain_grad(f.in(this, "this")), "retain_grad", this);
    }

    /** Accumulates the gradients of this scalar in all leaves. */
    public void backward() {
        Autograd.backward(List.of(this));
    }

    /** Accumulates the gradients of this tensor, weighted by {@code gradient} of the same shape, in all leaves. */
    public void backward(Tensor gradient) {
        Autograd.backward(List.of(this), List.of(gradient), Autograd.Options.DEFAULT, null);
    }

    /** Name of the autograd node of the op that made the tensor; empty for a leaf. */
    public String gradFn() {
        long h = handle(Thread.currentThread());
        return CallFrame.text((b, n, length) -> Shim.fp_grad_fn_name(h, b, n, length), "grad_fn");
    }

    /**
     * Runs the hook each time the gradient of this tensor is computed. Its result, unless null, replaces the gradient.
     * Backward throws an exception of the hook.
     */
    public Hook registerHook(UnaryOperator<Tensor> hook) {
        return Callbacks.addHook(this, hook);
    }

    /** Replaces the elements, shape and dtype but keeps the tensor's identity, as modules do to move and cast. */
    public void setData(Tensor data) {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_tensor_set_data(f.in(this, "this"), f.in(data, "data")), "set_data", this, data);
    }

    // ---- printing --------------------------------------------------------------------------------------------------

    /** Dtype, shape and device on one line, without elements. */
    public String signature() {
        return isOpen() ? TensorPrinter.signature(this) : "closed tensor";
    }

    /** The elements as PyTorch prints them, without the middle of large tensors, and the signature. */
    @Override
    public String toString() {
        return isOpen() ? TensorPrinter.print(this) : "closed tensor";
    }
}
