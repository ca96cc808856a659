package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.flowprior.torch.ffi.Shim;

/**
 * A tensor of libtorch. Its ops are the methods of the chapters it implements, under PyTorch's names in camel case;
 * functions that PyTorch has outside the tensor are in {@link Torch}, {@link Functional}, {@link Linalg}, {@link Fft}
 * and {@link Foreach}.
 *
 * <p>A tensor belongs to the scope that was innermost when it was made, see {@link Scope}. Two wrappers may stand for
 * one tensor: {@link #isSame} tells. Tensors of a scope are used on the scope's thread; those outside every scope may
 * be used from any platform thread, by one at a time.
 *
 * <p>All methods throw {@link ClosedException} after the end of the tensor, {@link ThreadException} on a thread that
 * may not use it, {@link NullPointerException} naming the argument that is null, and a {@link TorchException} of the
 * fitting kind for what libtorch refuses.
 */
public final class Tensor extends Handle implements CreationOps, RandomOps, PointwiseOps, ComparisonOps, ReductionOps,
        ShapingOps, IndexingOps, MatricesOps, ActivationOps {

    Tensor(long handle, CallFrame frame) {
        super(handle, frame);
    }

    // ---- properties ------------------------------------------------------------------------------------------------

    private long info(int slot) {
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_tensor_info(f.in(this, "this"), f.out()), "info");
        return f.number(slot);
    }

    /** Number of dimensions. */
    public int dim() {
        return (int) info(0);
    }

    /** Element type. */
    public DType dtype() {
        return DType.ofCode(info(1));
    }

    /** Where the elements are. */
    public Device device() {
        long type = info(2);
        return new Device(Device.Type.ofCode(type), (int) CallFrame.current().number(3));
    }

    /** Number of elements. */
    public long numel() {
        return info(4);
    }

    /** True when the elements lie in row-major order without gaps. */
    public boolean isContiguous() {
        return info(6) != 0;
    }

    /** True when autograd records what is done with the tensor. */
    public boolean requiresGrad() {
        return (info(7) & 1) != 0;
    }

    /** True when no recorded op made the tensor. */
    public boolean isLeaf() {
        return (info(7) & 2) != 0;
    }

    /** True for a tensor made in inference mode. */
    public boolean isInference() {
        return (info(7) & 4) != 0;
    }

    /**
     * True when the memory does not hold the elements as they are: conjugate or negative views, zeros without memory.
     */
    boolean isLazy() {
        return (info(7) & 32) != 0;
    }

    /** Sizes of all dimensions. */
    public long[] shape() {
        int dim = dim();
        CallFrame f = CallFrame.enter();
        MemorySegment sizes = f.take(8L * dim);
        check(f, Shim.fp_tensor_shape(f.in(this, "this"), sizes), "shape");
        return sizes.toArray(JAVA_LONG);
    }

    /** Strides of all dimensions, in elements. */
    public long[] strides() {
        int dim = dim();
        CallFrame f = CallFrame.enter();
        MemorySegment strides = f.take(8L * dim);
        check(f, Shim.fp_tensor_strides(f.in(this, "this"), strides), "strides");
        return strides.toArray(JAVA_LONG);
    }

    /** Size of one dimension, counted from the end when negative. */
    public long size(int dim) {
        long[] shape = shape();
        int d = dim < 0 ? dim + shape.length : dim;
        if (d < 0 || d >= shape.length) {
            throw new IndexException("size: dimension " + dim + " of a tensor of " + shape.length + " dimensions",
                    null);
        }
        return shape[d];
    }

    /** Bytes of the storage, which views share. */
    public long storageBytes() {
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_tensor_storage(f.in(this, "this"), f.out(), f.outCount()), "storage");
        return f.number(1);
    }

    /** Address of the storage: equal for tensors that are views of the same elements. */
    public long storageAddress() {
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_tensor_storage(f.in(this, "this"), f.out(), f.outCount()), "storage");
        return f.number(0);
    }

    /** Position of the first element in the storage, in elements. */
    public long storageOffset() {
        return (dataAddress() - storageAddress()) / dtype().bytes();
    }

    long dataAddress() {
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_tensor_data(f.in(this, "this"), f.out()), "data");
        return f.number(0);
    }

    /** How often the tensor was changed in place. */
    public long version() {
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_tensor_version(f.in(this, "this"), f.out()), "version");
        return f.number(0);
    }

    // ---- from and to Java ------------------------------------------------------------------------------------------

    /** A float32 tensor with a copy of the numbers, of that shape, or one-dimensional where none is given. */
    public static Tensor of(float[] data, long... shape) {
        return HostData.copyOf(MemorySegment.ofArray(data), DType.FLOAT32, HostData.orLength(shape, data.length));
    }

    /** A float64 tensor with a copy of the numbers. */
    public static Tensor of(double[] data, long... shape) {
        return HostData.copyOf(MemorySegment.ofArray(data), DType.FLOAT64, HostData.orLength(shape, data.length));
    }

    /** An int64 tensor with a copy of the numbers. */
    public static Tensor of(long[] data, long... shape) {
        return HostData.copyOf(MemorySegment.ofArray(data), DType.INT64, HostData.orLength(shape, data.length));
    }

    /** An int32 tensor with a copy of the numbers. */
    public static Tensor of(int[] data, long... shape) {
        return HostData.copyOf(MemorySegment.ofArray(data), DType.INT32, HostData.orLength(shape, data.length));
    }

    /** A uint8 tensor with a copy of the bytes. */
    public static Tensor of(byte[] data, long... shape) {
        return HostData.copyOf(MemorySegment.ofArray(data), DType.UINT8, HostData.orLength(shape, data.length));
    }

    /** A bool tensor with a copy of the values. */
    public static Tensor of(boolean[] data, long... shape) {
        return HostData.ofBooleans(data, shape);
    }

    /**
     * A contiguous CPU tensor with a copy of the segment's bytes; of no dimensions where no shape is given.
     *
     * @throws ShapeException when the segment's size is not that of the shape
     */
    public static Tensor of(MemorySegment data, DType dtype, long... shape) {
        return HostData.copyOf(data, dtype, shape);
    }

    /** A contiguous CPU tensor with a copy of what remains in the buffer, in native byte order. */
    public static Tensor of(java.nio.Buffer data, DType dtype, long... shape) {
        return of(MemorySegment.ofBuffer(data), dtype, shape);
    }

    /**
     * A contiguous CPU tensor over the segment's own memory, without a copy. The segment must be native, aligned for
     * the dtype, and of an automatic or global arena: the tensor keeps it reachable as long as libtorch uses it.
     */
    public static Tensor over(MemorySegment data, DType dtype, long... shape) {
        return HostData.over(data, dtype, shape);
    }

    /** A float32, int64 or float64 tensor of no dimensions: float32 for a Float, int64 for an integer, else float64. */
    public static Tensor scalar(Number value) {
        DType dtype = value instanceof Float ? DType.FLOAT32 : value instanceof Double ? DType.FLOAT64 : DType.INT64;
        return Torch.scalarTensor(value, dtype);
    }

    /** The elements in row-major order, converted to float32. */
    public float[] toFloatArray() {
        return HostData.read(this, DType.FLOAT32, s -> s.toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT));
    }

    /** The elements in row-major order, converted to float64. */
    public double[] toDoubleArray() {
        return HostData.read(this, DType.FLOAT64, s -> s.toArray(java.lang.foreign.ValueLayout.JAVA_DOUBLE));
    }

    /** The elements in row-major order, converted to int64. */
    public long[] toLongArray() {
        return HostData.read(this, DType.INT64, s -> s.toArray(JAVA_LONG));
    }

    /** The elements in row-major order, converted to int32. */
    public int[] toIntArray() {
        return HostData.read(this, DType.INT32, s -> s.toArray(JAVA_INT));
    }

    /** The elements in row-major order, converted to uint8. */
    public byte[] toByteArray() {
        return HostData.read(this, DType.UINT8, s -> s.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
    }

    /** The elements in row-major order, converted to bool. */
    public boolean[] toBooleanArray() {
        return HostData.readBooleans(this);
    }

    /**
     * The tensor's own memory, read-only, while the tensor is open. It must be a contiguous CPU tensor.
     *
     * @throws IllegalStateException when it is not
     * @throws TorchException        when the memory does not hold the elements as they are, as that of a conjugate view
     */
    public MemorySegment segment() {
        return HostData.segment(this).asReadOnly();
    }

    /** Copies a segment of exactly the tensor's bytes into a contiguous CPU tensor. Returns this. */
    public Tensor load(MemorySegment source) {
        HostData.load(this, source);
        return this;
    }

    /** The only element, as a Long, Double or Boolean would print it: booleans as 1 and 0. */
    public Number itemNumber() {
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_tensor_item(f.in(this, "this"), f.out(), f.outCount()), "item", this);
        return f.out().get(JAVA_INT, 0) == 2 ? (Number) Double.longBitsToDouble(f.number(1)) : (Number) f.number(1);
    }

    /** The only element as a double. */
    public double item() {
        return itemNumber().doubleValue();
    }

    // ---- indexing --------------------------------------------------------------------------------------------------

    /** The part that the indices choose, as Python's brackets: a view where they are numbers and ranges alone. */
    public Tensor get(Index... indices) {
        return Index.get(this, indices);
    }

    /** The part at these positions of the first dimensions, a view. */
    public Tensor get(long... positions) {
        return Index.get(this, Index.positions(positions));
    }

    /** Writes the value, broadcast, to the part that the indices choose. Returns this. */
    public Tensor set(Tensor value, Index... indices) {
        Index.set(this, value, indices);
        return this;
    }

    /** A copy that autograd follows, see {@code torch.clone}. */
    @Override
    public Tensor clone() {
        return clone((MemoryFormat) null);
    }

    // ---- autograd --------------------------------------------------------------------------------------------------

    /** Says whether autograd records the tensor's use from now on; leaves only. Returns this. */
    public Tensor requiresGrad_(boolean enabled) {
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_set_requires_grad(f.in(this, "this"), enabled ? 1 : 0), "requires_grad_", this);
        return this;
    }

    /** The accumulated gradient, or null. */
    public Tensor grad() {
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_tensor_grad(f.in(this, "this"), f.out()), "grad");
        return f.tensor();
    }

    /**
     * Replaces the accumulated gradient; null removes it.
     *
     * @throws ShapeException when the gradient's shape, dtype or device is not the tensor's
     */
    public void setGrad(Tensor gradient) {
        if (gradient != null && (!Arrays.equals(shape(), gradient.shape()) || dtype() != gradient.dtype()
                || !device().equals(gradient.device()))) {
            throw new ShapeException("set_grad: a gradient " + gradient.signature() + " for " + signature(), null);
        }
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_tensor_set_grad(f.in(this, "this"), f.optional(gradient)), "set_grad", this, gradient);
    }

    /** Makes a tensor that is no leaf keep its gradient in {@link #grad}. */
    public void retainGrad() {
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_retain_grad(f.in(this, "this")), "retain_grad", this);
    }

    /** Accumulates the gradients of this scalar in all leaves. */
    public void backward() {
        Autograd.backward(List.of(this));
    }

    /** Name of the node that made the tensor, empty for a leaf. */
    public String gradFn() {
        long h = handle(Thread.currentThread());
        return Native.text((b, n, l) -> Shim.fp_grad_fn_name(h, b, n, l));
    }

    /**
     * Runs the hook whenever the gradient of this tensor is computed; what it returns, unless null, takes the
     * gradient's place. An exception in it comes out of backward.
     */
    public Hook registerHook(UnaryOperator<Tensor> hook) {
        return Callbacks.addHook(this, hook);
    }

    /** Replaces the tensor's elements, shape and dtype, and keeps its identity: how modules move and cast. */
    public void setData(Tensor data) {
        CallFrame f = CallFrame.enter();
        check(f, Shim.fp_tensor_set_data(f.in(this, "this"), f.in(data, "data")), "set_data", this, data);
    }

    // ---- printing --------------------------------------------------------------------------------------------------

    /** Dtype, shape and device on one line, without elements. */
    public String signature() {
        return isOpen() ? TensorPrinter.signature(this) : "closed tensor";
    }

    /** The elements as PyTorch prints them, the middle of large tensors left out, and the signature. */
    @Override
    public String toString() {
        return isOpen() ? TensorPrinter.print(this) : "closed tensor";
    }

    static void check(CallFrame f, int status, String op, Object... arguments) {
        if (status != 0) {
            throw f.failure(status, op, arguments);
        }
    }
}
