package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.flowprior.torch.ffi.Shim;

/** Gradients: PyTorch's {@code torch.autograd.backward} and {@code torch.autograd.grad}, with all their options. */
public final class Autograd {

    private Autograd() {}

    /**
     * Options of backward and grad, with PyTorch's defaults.
     *
     * @param retainGraph keeps the graph for another backward; null: as createGraph
     * @param createGraph records the gradients' own graph, for higher derivatives
     * @param allowUnused gives null for an input that the outputs do not depend on, instead of throwing
     */
    public record Options(Boolean retainGraph, boolean createGraph, boolean allowUnused) {
        /** PyTorch's defaults. */
        public static final Options DEFAULT = new Options(null, false, false);
        /** The graph serves again. */
        public static final Options RETAIN = new Options(true, false, false);
        /** The gradients can be differentiated. */
        public static final Options CREATE = new Options(null, true, false);
    }

    /** Accumulates the gradients of the scalars in all leaves. */
    public static void backward(List<Tensor> tensors) {
        backward(tensors, null, Options.DEFAULT, null);
    }

    /**
     * Accumulates gradients in leaves.
     *
     * @param gradients one for each tensor, null for one that is a scalar; or null for ones everywhere
     * @param inputs    the leaves that get gradients, or null for all
     */
    public static void backward(List<Tensor> tensors, List<Tensor> gradients, Options options, List<Tensor> inputs) {
        CallFrame f = CallFrame.enter();
        Boolean retain = options.retainGraph();
        int status = Shim.fp_backward(f.tensors(tensors, "tensors"), tensors.size(), gradients(f, tensors, gradients),
                retain == null ? 0 : 1, Boolean.TRUE.equals(retain) ? 1 : 0, options.createGraph() ? 1 : 0,
                inputs == null ? MemorySegment.NULL : f.tensors(inputs, "inputs"), inputs == null ? 0 : inputs.size());
        Tensor.check(f, status, "backward", tensors, gradients == null ? List.of() : gradients);
    }

    /** Gradients of a scalar with respect to the inputs, without touching any leaf. */
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs) {
        return grad(List.of(output), inputs, null, Options.DEFAULT);
    }

    /** Gradients of a scalar with respect to the inputs, without touching any leaf. */
    public static List<Tensor> grad(Tensor output, List<Tensor> inputs, Options options) {
        return grad(List.of(output), inputs, null, options);
    }

    /**
     * Sum of the gradients of the outputs with respect to the inputs, without touching any leaf.
     *
     * @param gradients one for each output, null for one that is a scalar; or null for ones everywhere
     * @return one for each input; null for an unused one, if the options allow it
     */
    public static List<Tensor> grad(List<Tensor> outputs, List<Tensor> inputs, List<Tensor> gradients,
            Options options) {
        CallFrame f = CallFrame.enter();
        Boolean retain = options.retainGraph();
        MemorySegment out = f.take(8L * inputs.size());
        // Hooks that run inside write their own results behind this frame's, so the block stays whole.
        int status = Shim.fp_grad(f.tensors(outputs, "outputs"), outputs.size(), f.tensors(inputs, "inputs"),
                inputs.size(), gradients(f, outputs, gradients), retain == null ? 0 : 1,
                Boolean.TRUE.equals(retain) ? 1 : 0, options.createGraph() ? 1 : 0, options.allowUnused() ? 1 : 0, out);
        Tensor.check(f, status, "grad", outputs, inputs);
        List<Tensor> result = new ArrayList<>(inputs.size());
        for (int i = 0; i < inputs.size(); i++) {
            result.add(f.adopt(out.getAtIndex(JAVA_LONG, i)));
        }
        return result;
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
