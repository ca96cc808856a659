package org.flowprior.torch;

import java.util.List;

/** Functions of {@link Torch} that are no schema entries: forms with several tensors, and the settings of torch. */
abstract class TorchForms {

    TorchForms() {}

    /** Joins the tensors along dimension 0: {@code torch.cat}. */
    public static Tensor cat(Tensor... tensors) {
        return Torch.cat(List.of(tensors));
    }

    /** Joins the tensors along that dimension: {@code torch.cat(tensors, dim)}. */
    public static Tensor cat(long dim, Tensor... tensors) {
        return Torch.cat(List.of(tensors), dim);
    }

    /** Joins tensors of one shape along a new dimension 0: {@code torch.stack}. */
    public static Tensor stack(Tensor... tensors) {
        return Torch.stack(List.of(tensors));
    }

    /** Joins tensors of one shape along that new dimension: {@code torch.stack(tensors, dim)}. */
    public static Tensor stack(long dim, Tensor... tensors) {
        return Torch.stack(List.of(tensors), dim);
    }

    /** Sums products of elements, in Einstein's notation: {@code torch.einsum("ij,jk->ik", a, b)}. */
    public static Tensor einsum(String equation, Tensor... tensors) {
        return Torch.einsum(equation, List.of(tensors));
    }

    /** Grids of the coordinates, as {@code torch.meshgrid(tensors, indexing)}: {@code ij} or {@code xy}. */
    public static List<Tensor> meshgrid(String indexing, Tensor... tensors) {
        return Torch.meshgrid(List.of(tensors), indexing);
    }

    /** The distinct elements, in ascending order. */
    public static Tensor unique(Tensor self) {
        return Torch.unique2(self).output();
    }

    /**
     * The distinct elements, and what was asked for: the position of each element of {@code self} among them, and how
     * often each occurs; empty tensors where it was not.
     */
    public static Results.OutputInverseCounts unique(Tensor self, boolean sorted, boolean returnInverse,
            boolean returnCounts) {
        return Torch.unique2(self, sorted, returnInverse, returnCounts);
    }

    /** Seeds the default generators of all devices. */
    public static void manualSeed(long seed) {
        Libtorch.manualSeed(seed);
    }

    /** Begins a block in which autograd records nothing on this thread: {@code try (var noGrad = Torch.noGrad())}. */
    public static NoGrad noGrad() {
        return new NoGrad();
    }

    /** Begins a block in which autograd records on this thread, inside one in which it does not. */
    public static EnableGrad enableGrad() {
        return new EnableGrad();
    }

    /** Begins a block of inference mode on this thread. */
    public static InferenceMode inferenceMode() {
        return new InferenceMode();
    }

    /** True if autograd records on this thread. */
    public static boolean isGradEnabled() {
        return GradMode.isEnabled();
    }

    /** Sets the number of threads that one op may use, for this thread and threads started later. */
    public static void setNumThreads(int threads) {
        Libtorch.setThreads(threads);
    }

    /** The number of threads that one op may use. */
    public static int getNumThreads() {
        return Libtorch.threads();
    }
}
