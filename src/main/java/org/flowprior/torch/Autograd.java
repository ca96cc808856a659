package org.flowprior.torch;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.Function;
import org.flowprior.torch.ffi.Shim;

/** PyTorch's {@code torch.autograd.backward} and {@code torch.autograd.grad}, with all their options. */
public final class Autograd {

    private Autograd() {}

    /**
     * Options of backward and grad, with PyTorch's defaults.
     *
     * @param retainGraph keeps the graph for another backward; null means the value of createGraph
     * @param createGraph records how the gradients are computed, for higher derivatives
     * @param allowUnused gives null, instead of throwing, for an input that the outputs do not depend on
     */
    public record Options(Boolean retainGraph, boolean createGraph, boolean allowUnused) {
        /** PyTorch's defaults. */
        public static final Options DEFAULT = new Options(null, false, false);
        /** The graph can be used again. */
        public static final Options RETAIN = new Options(true, false, false);
        /** The gradients can be differentiated. */
        public static final Options CREATE = new Options(null, true, false);

        private int retains() {
            return (retainGraph == null ? createGraph : retainGraph) ? 1 : 0;
        }
    }

    /** Accumulates the gradients of these scalar tensors in all leaves. */
    public static void backward(List<Tensor> tensors) {
        backward(tensors, null, Options.DEFAULT, null);
    }

    /**
     * Accumulates gradients in leaves.
     *
     * @param gradients one for each tensor, null (a gradient of 1) for a scalar; or null if all are scalars
     * @param inputs    the leaves that get gradients, or null for all
     */
    public static void backward(List<Tensor> tensors, List<Tensor> gradients, Options options, List<Tensor> inputs) {
        CallFrame f = CallFrame.enter();
        int status = Shim.fp_backward(f.tensors(tensors, "tensors"), tensors.size(), gradients(f, tensors, gradients),
                1, options.retains(), options.createGraph() ? 1 : 0,
                inputs == null ? MemorySegment.NULL : f.tensors(inputs, "inputs"), inputs == null ? 0 : inputs.size());
        f.check(status, "backward", tensors, gradients == null ? List.of() : gradients);
    }

    /** Gradients of a scalar with respect to the inputs; no leaf is changed. */
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs) {
        return grad(List.of(output), inputs, null, Options.DEFAULT);
    }

    /** Gradients of a scalar with respect to the inputs; no leaf is changed. */
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs, Options options) {
        return grad(List.of(output), inputs, null, options);
    }

    /**
     * Sum of the gradients of the outputs with respect to the inputs; no leaf is changed.
     *
     * @param gradients one for each output, null (a gradient of 1) for a scalar; or null if all are scalars
     * @return one for each input; null for an unused one, if the options allow it
     */
    public static List<Tensor> grad(List<Tensor> outputs, List<Tensor> inputs, List<Tensor> gradients,
            Options options) {
        CallFrame f = CallFrame.enter();
        MemorySegment out = f.take(8L * inputs.size());
        // Hooks that run inside write their results after those of this frame, so the block stays whole.
        int status = Shim.fp_grad(f.tensors(outputs, "outputs"), outputs.size(), f.tensors(inputs, "inputs"),
                inputs.size(), gradients(f, outputs, gradients), 1, options.retains(), options.createGraph() ? 1 : 0,
                options.allowUnused() ? 1 : 0, out);
        f.check(status, "grad", outputs, inputs);
        return f.adoptAll(out, inputs.size());
    }

    /**
     * Compares the derivatives that autograd computes with numerical ones: {@code torch.autograd.gradcheck} with its
     * defaults, steps of 1e-6, absolute tolerance 1e-5, relative tolerance 1e-3.
     *
     * @param function gives the outputs, all of float64
     * @param inputs   float64 leaves; those that require gradients are checked
     * @return true
     * @throws IllegalArgumentException if an input that requires gradients is not float64, or none requires them
     * @throws IllegalStateException    if a derivative differs; the message names output, input and element
     */
    public static boolean gradCheck(Function<List<Tensor>, List<Tensor>> function, List<Tensor> inputs) {
        new GradCheck(function, inputs, 1e-6, 1e-5, 1e-3).run();
        return true;
    }

    private static MemorySegment gradients(CallFrame f, List<Tensor> tensors, List<Tensor> gradients) {
        if (gradients == null) {
            return MemorySegment.NULL;
        }
        if (gradients.size() != tensors.size()) {
            throw new ShapeException(gradients.size() + " gradients for " + tensors.size() + " tensors", null);
        }
        return f.optionalTensors(gradients, "gradients");
    }
}
