package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.flowprior.torch.ffi.Shim;

/** The CUDA devices, or why there are none. */
public final class Cuda {

    /**
     * What was found.
     *
     * @param compiled whether the loaded libtorch has CUDA kernels
     * @param devices  number of devices
     * @param reason   why there are none, else empty
     */
    public record Status(boolean compiled, int devices, String reason) {}

    /** Bytes of tensors now and at most since the last reset, and bytes reserved from the driver. */
    public record MemoryUse(long now, long peak, long reserved) {}

    private Cuda() {}

    /** Looks for devices. Does not throw where there are none. */
    public static Status status() {
        CallFrame f = CallFrame.enter();
        MemorySegment out = f.out();
        MemorySegment text = f.take(4096);
        Tensor.check(f, Shim.fp_cuda(out, out.asSlice(8), text, 4096, out.asSlice(16)), "cuda");
        int length = (int) Math.min(4096, f.number(2));
        String reason = new String(text.asSlice(0, length).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
        boolean compiled = out.get(JAVA_INT, 0) != 0;
        String absence = NativeLibrary.cudaAbsence();
        return new Status(compiled, out.get(JAVA_INT, 8), compiled || absence == null ? reason : absence);
    }

    /** True when there is a device to compute on. */
    public static boolean isAvailable() {
        return status().devices() > 0;
    }

    /** Waits until the device has done all its work. */
    public static void synchronize(Device device) {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_cuda_synchronize(Math.max(0, device.index())), "synchronize", device);
    }

    /** Gives cached blocks back to the driver. */
    public static void emptyCache() {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_cuda_empty_cache(), "empty_cache");
    }

    /** What the allocator holds on that device. */
    public static MemoryUse memory(Device device) {
        CallFrame f = CallFrame.enter();
        MemorySegment out = f.out();
        Tensor.check(f, Shim.fp_cuda_memory(Math.max(0, device.index()), out, out.asSlice(8), out.asSlice(16)),
                "memory", device);
        return new MemoryUse(f.number(0), f.number(1), f.number(2));
    }

    /** Starts a new peak on that device. */
    public static void resetPeak(Device device) {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_cuda_memory_reset_peak(Math.max(0, device.index())), "reset_peak", device);
    }
}
