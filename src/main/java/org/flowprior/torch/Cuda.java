package org.flowprior.torch;

import org.flowprior.torch.ffi.Shim;

/** The CUDA devices, or why there are none. */
public final class Cuda {

    /**
     * The result of the search for devices.
     *
     * @param compiled whether the loaded libtorch has CUDA kernels
     * @param devices  number of devices
     * @param reason   why there are none; empty if there are some
     */
    public record Status(boolean compiled, int devices, String reason) {}

    /** Bytes of tensors now, their peak since the last reset, and bytes reserved from the driver. */
    public record MemoryUse(long now, long peak, long reserved) {}

    private Cuda() {}

    /** Looks for devices. Does not throw if there are none. */
    public static Status status() {
        CallFrame f = CallFrame.enter();
        String reason = CallFrame.text((b, n, length) -> Shim.fp_cuda(f.out(), f.out(1), b, n, length), "cuda");
        String absence = NativeLibrary.cudaAbsence();
        return new Status(f.flag(), f.integer(1), f.flag() || absence == null ? reason : absence);
    }

    /** True if there is a CUDA device. */
    public static boolean isAvailable() {
        return status().devices() > 0;
    }

    /** Waits until the device has done all its work. */
    public static void synchronize(Device device) {
        CallFrame.enter().check(Shim.fp_cuda_synchronize(Math.max(0, device.index())), "synchronize", device);
    }

    /** Returns cached blocks to the driver. */
    public static void emptyCache() {
        CallFrame.enter().check(Shim.fp_cuda_empty_cache(), "empty_cache");
    }

    /** The allocator's memory on that device. */
    public static MemoryUse memory(Device device) {
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_cuda_memory(Math.max(0, device.index()), f.out(), f.out(1), f.out(2)), "memory", device);
        return new MemoryUse(f.number(0), f.number(1), f.number(2));
    }

    /** Restarts the peak of that device. */
    public static void resetPeak(Device device) {
        CallFrame.enter().check(Shim.fp_cuda_memory_reset_peak(Math.max(0, device.index())), "reset_peak", device);
    }
}
