package org.flowprior.torch;

import java.util.function.Supplier;

/** The peak of the memory that a forward needs besides its inputs. */
public final class PeakMemory {

    private PeakMemory() {}

    /** Bytes on the CPU, for a forward without gradients. */
    public static long withoutGrad(Supplier<Tensor> forward) {
        try (NoGrad noGrad = new NoGrad()) {
            return of(forward, false);
        }
    }

    /** Bytes on the CPU, for a forward that autograd records, and its backward. */
    public static long training(Supplier<Tensor> forward) {
        return of(forward, true);
    }

    private static long of(Supplier<Tensor> forward, boolean backward) {
        try (Scope scope = Scope.open()) {
            Memory.resetPeak();
            long before = Memory.cpuBytes();
            Tensor y = forward.get();
            if (backward) {
                y.square().mean().backward();
            }
            return Memory.cpuPeakBytes() - before;
        }
    }
}
