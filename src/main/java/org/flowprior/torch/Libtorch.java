package org.flowprior.torch;

import java.nio.file.Path;
import java.util.List;
import org.flowprior.torch.ffi.Shim;

/** libtorch as a whole: version, threads, seeds, determinism. */
public final class Libtorch {

    private Libtorch() {}

    /** Loads libtorch now instead of at the first tensor. */
    public static void load() {
        CallFrame.enter();
    }

    /** The version of libtorch that the shim was compiled with. */
    public static String version() {
        CallFrame.enter();
        return Native.text(Shim::fp_version);
    }

    /** libtorch's own description of its build and threads. */
    public static String buildInfo() {
        CallFrame.enter();
        return Native.text(Shim::fp_build_info);
    }

    /** How libtorch was looked for, step by step. */
    public static List<String> searchTrace() {
        return NativeLibrary.trace();
    }

    /** The directory that libtorch was loaded from. */
    public static Path libtorchDirectory() {
        CallFrame.enter();
        return NativeLibrary.libtorchDirectory();
    }

    /** Threads that one op may use. */
    public static int threads() {
        CallFrame f = CallFrame.enter();
        Shim.fp_threads(f.out());
        return (int) f.number(0);
    }

    /** Sets the threads that one op may use, for this thread and those started later. */
    public static void setThreads(int threads) {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_set_threads(threads), "set_num_threads", threads);
    }

    /** Seeds the default generators of all devices, as {@code torch.manual_seed}. */
    public static void manualSeed(long seed) {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_manual_seed(seed), "manual_seed");
    }

    /** Makes ops without a deterministic kernel throw, or warn only. */
    public static void useDeterministicAlgorithms(boolean enabled, boolean warnOnly) {
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_set_deterministic(enabled ? 1 : 0, warnOnly ? 1 : 0), "deterministic");
    }

    /** {@code highest}, {@code high} (TF32 on CUDA) or {@code medium}, as in PyTorch. */
    public static void setFloat32MatmulPrecision(String precision) {
        if (!List.of("highest", "high", "medium").contains(precision)) {
            throw new IllegalArgumentException("precision '" + precision + "' is none of highest, high, medium");
        }
        CallFrame f = CallFrame.enter();
        Tensor.check(f, Shim.fp_set_float32_matmul_precision(f.string(precision, "precision")), "matmul_precision");
    }

    /** Nothing but a call into the shim and back: what every op costs at least. */
    public static void nothing() {
        Shim.fp_nothing();
    }
}
