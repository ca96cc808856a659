package org.flowprior.torch;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.flowprior.torch.ffi.Shim;

/**
 * An operation with its own derivative, both written in Java: {@code torch.autograd.Function}. One object is one kind of
 * operation; what is not a tensor is a field of it. Each {@link #apply} has a context of its own.
 *
 * <pre>{@code
 * final class Exp extends Function {
 *     protected List<Tensor> forward(Context context, List<Tensor> inputs) {
 *         Tensor result = inputs.getFirst().exp();
 *         context.saveForBackward(result);
 *         return List.of(result);
 *     }
 *     protected List<Tensor> backward(Context context, List<Tensor> gradients) {
 *         return List.of(gradients.getFirst().mul(context.savedTensors().getFirst()));
 *     }
 * }
 * Tensor y = new Exp().apply(x);
 * }</pre>
 *
 * <p>A backward made of differentiable ops can be differentiated itself ({@link Autograd.Options#CREATE}). Exceptions of
 * both methods reach the caller as they are. {@link Autograd#gradCheck} compares backward with numerical derivatives.
 */
public abstract class Function {

    /** A function without state. */
    protected Function() {}

    /**
     * Computes the outputs. Autograd does not record what happens inside.
     *
     * @return one tensor or more; new ones, or inputs that were changed in place and marked so
     */
    protected abstract List<Tensor> forward(Context context, List<Tensor> inputs);

    /**
     * Computes the gradients of the inputs.
     *
     * @param gradients one for each output; null for an unused output only after
     *                  {@link Context#setMaterializeGrads setMaterializeGrads(false)}
     * @return one for each input; null stands for no gradient
     */
    protected abstract List<Tensor> backward(Context context, List<Tensor> gradients);

    /**
     * Runs forward on the inputs and records it.
     *
     * @return the output, of which there must be one
     * @throws IllegalStateException if forward returned more; {@link #applyAll} is for those
     */
    public final Tensor apply(Tensor... inputs) {
        List<Tensor> outputs = applyAll(List.of(inputs));
        if (outputs.size() != 1) {
            throw new IllegalStateException(getClass().getSimpleName() + " has " + outputs.size()
                    + " outputs: call applyAll");
        }
        return outputs.getFirst();
    }

    /** Runs forward on the inputs and records it. Returns all outputs. */
    public final List<Tensor> applyAll(Tensor... inputs) {
        return applyAll(List.of(inputs));
    }

    /** Runs forward on the inputs and records it. Returns all outputs. */
    public final List<Tensor> applyAll(List<Tensor> inputs) {
        boolean[] needed = new boolean[inputs.size()];
        boolean recorded = GradMode.isEnabled();
        for (int i = 0; i < needed.length; i++) {
            needed[i] = recorded && inputs.get(i).requiresGrad();
        }
        Context context = new Context(needed);
        List<Tensor> outputs;
        try (NoGrad noGrad = new NoGrad()) {
            outputs = forward(context, inputs);
        }
        return new Call(this, context).record(inputs, outputs);
    }

    private String type() {
        String name = getClass().getSimpleName();
        return (name.isEmpty() ? "Function" : name) + "Backward";
    }

    /** What one call of forward leaves for its backward. */
    public static final class Context {

        private boolean[] needed;
        private List<Tensor> saved = List.of();
        private List<Tensor> notDifferentiable = List.of();
        private List<Tensor> dirty = List.of();
        private boolean materialize = true;
        private long node;
        private int savedCount;

        private Context(boolean[] needed) {
            this.needed = needed;
        }

        /**
         * In forward: keeps inputs, outputs or other tensors for backward. Elements may be null. If one is changed in
         * place before backward, {@link #savedTensors} throws.
         */
        public void saveForBackward(Tensor... tensors) {
            saved = Arrays.asList(tensors.clone());
        }

        /**
         * In backward: the tensors that forward saved, in the same order.
         *
         * @throws TorchException        if one was changed in place, or the graph was freed by an earlier backward
         * @throws IllegalStateException outside backward
         */
        public List<Tensor> savedTensors() {
            if (node == 0) {
                throw new IllegalStateException("savedTensors() is for backward; forward has the tensors themselves");
            }
            CallFrame f = CallFrame.enter();
            MemorySegment out = f.take(8L * savedCount);
            f.check(Shim.fp_function_saved(node, out), "savedTensors");
            return f.adoptAll(out, savedCount);
        }

        /** True if the gradient of that input is needed; backward may return null for others. */
        public boolean needsInputGrad(int input) {
            return needed[input];
        }

        /** In forward: these outputs have no gradient, as indices or masks. */
        public void markNonDifferentiable(Tensor... outputs) {
            notDifferentiable = List.of(outputs);
        }

        /** In forward: these inputs were changed in place; they must be outputs too. */
        public void markDirty(Tensor... inputs) {
            dirty = List.of(inputs);
        }

        /** In forward: whether backward gets zeros, the default, or null for an output without a gradient. */
        public void setMaterializeGrads(boolean zeros) {
            materialize = zeros;
        }
    }

    /** One recorded call; lives as long as its node in the graph. */
    static final class Call {

        private final Function function;
        private final Context context;

        private Call(Function function, Context context) {
            this.function = function;
            this.context = context;
        }

        private List<Tensor> record(List<Tensor> inputs, List<Tensor> outputs) {
            Context c = context;
            c.savedCount = c.saved.size();
            CallFrame f = CallFrame.enter();
            MemorySegment out = f.take(8L * CallFrame.required(outputs, "outputs").size());
            long id = Callbacks.hold(this);
            try {
                int status = Shim.fp_function_apply(f.string(function.type(), "type"), f.tensors(inputs, "inputs"),
                        flags(f, inputs, c.dirty), inputs.size(), f.tensors(outputs, "outputs"),
                        flags(f, outputs, c.notDifferentiable), outputs.size(), f.optionalTensors(c.saved, "saved"),
                        c.savedCount, c.materialize ? 1 : 0, Callbacks.BACKWARD, Callbacks.RELEASE, id, out);
                f.check(status, function.type(), inputs, outputs);
            } catch (RuntimeException e) {
                Callbacks.forget(id);
                throw e;
            }
            // The node keeps them; references from here would keep the node.
            c.saved = List.of();
            c.notDifferentiable = List.of();
            c.dirty = List.of();
            return f.adoptAll(out, outputs.size());
        }

        private static MemorySegment flags(CallFrame f, List<Tensor> tensors, List<Tensor> chosen) {
            MemorySegment block = f.take(4L * tensors.size());
            for (int i = 0; i < tensors.size(); i++) {
                block.setAtIndex(JAVA_INT, i, chosen.stream().anyMatch(tensors.get(i)::isSame) ? 1 : 0);
            }
            return block;
        }

        /** Runs backward inside libtorch's: handles of gradients in, handles of the inputs' gradients out. */
        void backward(long node, List<Tensor> gradients, MemorySegment needed, MemorySegment results) {
            boolean[] before = context.needed;
            boolean[] now = new boolean[before.length];
            for (int i = 0; i < now.length; i++) {
                now[i] = needed.getAtIndex(JAVA_INT, i) != 0;
            }
            context.needed = now;
            context.node = node;
            List<Tensor> computed;
            try {
                computed = function.backward(context, gradients);
            } finally {
                context.node = 0;
                context.needed = before;
            }
            if (computed == null || computed.size() != now.length) {
                throw new IllegalStateException(function.type() + " returned " + (computed == null ? "null"
                        : computed.size() + " gradients") + " for " + now.length
                        + " inputs; it must return a list with a gradient, or null, for each");
            }
            List<Tensor> own = new ArrayList<>();
            for (Tensor gradient : computed) {
                own.add(gradient == null ? null : gradient.share());
            }
            for (int i = 0; i < now.length; i++) {
                results.setAtIndex(JAVA_LONG, i, own.get(i) == null ? 0 : own.get(i).release());
            }
        }
    }
}
