package org.flowprior.torch;

import java.nio.file.Path;
import java.util.List;
import org.flowprior.torch.ffi.Shim;

/** libtorch's version, threads, seeds and determinism. */
public final class Libtorch {

    private Libtorch() {}

    /** Loads libtorch now instead of with the first tensor. */
    public static void load() {
        CallFrame.enter();
    }

    /** The version of libtorch that the shim was compiled with. */
    public static String version() {
        CallFrame.enter();
        return CallFrame.text(Shim::fp_version, "version");
    }

    /** libtorch's own description of its build and threads. */
    public static String buildInfo() {
        CallFrame.enter();
        return CallFrame.text(Shim::fp_build_info, "build_info");
    }

    /** The steps of the search for libtorch. */
    public static List<String> searchTrace() {
        return NativeLibrary.trace();
    }

    /** The directory that libtorch was loaded from. */
    public static Path libtorchDirectory() {
        CallFrame.enter();
        return NativeLibrary.libtorchDirectory();
    }

    /** The largest number of threads for one op; more than the machine has is slower, but gives another's results. */
    public static final int MOST_THREADS = 1024;

    /** The number of threads that one op may use. */
    public static int threads() {
        CallFrame f = CallFrame.enter();
        Shim.fp_threads(f.out());
        return (int) f.number(0);
    }

    /**
     * Sets the number of threads that one op may use, for this thread and threads started later.
     *
     * @throws IllegalArgumentException for numbers below 1 and above {@link #MOST_THREADS}
     */
    public static void setThreads(int threads) {
        if (threads < 1 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("threads must be 1 to " + MOST_THREADS + ", not " + threads
                    + "; this machine has " + Runtime.getRuntime().availableProcessors() + " processors");
        }
        CallFrame.enter().check(Shim.fp_set_threads(threads), "set_num_threads", threads);
    }

    /** Seeds the default generators of all devices: {@code torch.manual_seed}. */
    public static void manualSeed(long seed) {
        CallFrame.enter().check(Shim.fp_manual_seed(seed), "manual_seed");
    }

    /** Makes ops without a deterministic kernel throw, or only warn. */
    public static void useDeterministicAlgorithms(boolean enabled, boolean warnOnly) {
        CallFrame.enter().check(Shim.fp_set_deterministic(enabled ? 1 : 0, warnOnly ? 1 : 0), "deterministic");
    }

    /** Sets the precision of float32 matrix products: {@code highest}, {@code high} (TF32 on CUDA) or {@code medium}. */
    public static void setFloat32MatmulPrecision(String precision) {
        if (!List.of("highest", "high", "medium").contains(precision)) {
            throw new IllegalArgumentException("precision '" + precision + "' is not one of highest, high, medium");
        }
        CallFrame f = CallFrame.enter();
        f.check(Shim.fp_set_float32_matmul_precision(f.string(precision, "precision")), "matmul_precision");
    }

    /** Calls the shim, which does nothing: the least cost of an op. */
    public static void nothing() {
        Shim.fp_nothing();
    }
}
