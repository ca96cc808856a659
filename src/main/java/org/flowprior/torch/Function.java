package org.flowprior.torch;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.torch.ffi.Shim;

/**
 * An operation whose forward and backward are Java: {@code torch.autograd.Function}.
 *
 * <pre>{@code
 * final class Cube extends Function {
 *     protected List<Tensor> forward(Context context, List<Tensor> inputs) {
 *         context.saveForBackward(inputs.get(0));
 *         return List.of(inputs.get(0).pow(3));
 *     }
 *     protected List<Tensor> backward(Context context, List<Tensor> gradients) {
 *         Tensor x = context.savedTensors().get(0);
 *         return List.of(gradients.get(0).mul(x.square()).mul(3));
 *     }
 * }
 * Tensor y = new Cube().apply(x);
 * }</pre>
 *
 * <p>Forward runs without recording. Backward records if the caller asked for a graph, so a backward of differentiable
 * ops can be differentiated again. It may run on another thread, and must not keep a tensor it got. An exception of
 * either surfaces as it is.
 */
public abstract class Function {

    /** A function that keeps nothing between calls. */
    protected Function() {}

    /** Computes the outputs from the inputs. */
    protected abstract List<Tensor> forward(Context context, List<Tensor> inputs);

    /**
     * Computes the gradients of the inputs from those of the outputs.
     *
     * @param gradients one for each output; null only after {@code setMaterializeGrads(false)}
     * @return one for each input, in a list that may hold null
     */
    protected abstract List<Tensor> backward(Context context, List<Tensor> gradients);

    /**
     * Applies a function of one output.
     *
     * @throws IllegalStateException if forward gave another number of outputs
     */
    public final Tensor apply(Tensor... inputs) {
        List<Tensor> outputs = applyAll(inputs);
        if (outputs.size() != 1) {
            throw new IllegalStateException(name() + " has " + outputs.size() + " outputs; use applyAll");
        }
        return outputs.getFirst();
    }

    /** Applies the function. */
    public final List<Tensor> applyAll(Tensor... inputs) {
        List<Tensor> given = List.of(inputs);
        boolean recorded = GradMode.isEnabled();
        boolean[] needs = new boolean[inputs.length];
        for (int i = 0; i < needs.length; i++) {
            needs[i] = recorded && inputs[i].requiresGrad();
        }
        Context context = new Context(needs);
        List<Tensor> outputs;
        try (NoGrad noGrad = new NoGrad()) {
            outputs = forward(context, given);
        }
        return context.record(this, given, outputs);
    }

    private String name() {
        return getClass().getSimpleName();
    }

    List<Tensor> gradients(Context context, long node, List<Tensor> gradients) {
        context.node = node;
        try {
            List<Tensor> results = backward(context, gradients);
            if (results == null || results.size() != context.needs.length) {
                throw new IllegalStateException("function " + name() + "Backward returned an incorrect number of "
                        + "gradients (expected " + context.needs.length + ", got "
                        + (results == null ? "null" : results.size()) + ")");
            }
            return results;
        } finally {
            context.node = 0;
        }
    }

    /** What forward leaves for backward. */
    public static final class Context {

        private final boolean[] needs;
        private final Map<String, Object> values = new HashMap<>();
        private Tensor[] saved = {};
        private Tensor[] constants = {};
        private Tensor[] dirty = {};
        private int savedCount;
        private boolean materialize = true;
        private long node;

        private Context(boolean[] needs) {
            this.needs = needs;
        }

        /** Saves inputs or outputs for backward; null is kept as null. A second call replaces the first. */
        public void saveForBackward(Tensor... tensors) {
            saved = tensors.clone();
        }

        /**
         * The saved tensors, in backward.
         *
         * @throws TorchException        if one was changed in place since, or if an earlier backward freed them
         * @throws IllegalStateException outside backward
         */
        public List<Tensor> savedTensors() {
            if (node == 0) {
                throw new IllegalStateException("saved tensors can be read in backward only");
            }
            CallFrame f = CallFrame.enter();
            MemorySegment out = f.take(8L * savedCount);
            f.check(Shim.fp_function_saved(node, out), "saved_tensors");
            return f.adoptAll(out, savedCount);
        }

        /** Keeps a value that is not a tensor. */
        public void put(String name, Object value) {
            values.put(name, value);
        }

        /** The value that was put under the name, or null. */
        public Object get(String name) {
            return values.get(name);
        }

        /** True if the input at this position needs a gradient; backward may return null for others. */
        public boolean needsInputGrad(int input) {
            return needs[input];
        }

        /** Says in forward that these outputs have no gradient. */
        public void markNonDifferentiable(Tensor... outputs) {
            constants = outputs.clone();
        }

        /** Says in forward that these inputs were changed in place; they must be outputs too. */
        public void markDirty(Tensor... inputs) {
            dirty = inputs.clone();
        }

        /** With false, backward gets null for an output without a gradient, instead of zeros. */
        public void setMaterializeGrads(boolean enabled) {
            materialize = enabled;
        }

        private List<Tensor> record(Function function, List<Tensor> inputs, List<Tensor> outputs) {
            savedCount = saved.length;
            long id = Callbacks.hold(new Applied(function, this));
            CallFrame f = CallFrame.enter();
            MemorySegment out = f.take(8L * outputs.size());
            int status = Shim.fp_function_apply(f.string(function.name(), "name"), f.tensors(inputs, "inputs"),
                    inputs.size(), f.tensors(outputs, "outputs"), outputs.size(),
                    f.optionalTensors(Arrays.asList(saved), "saved"), savedCount,
                    f.tensors(List.of(constants), "outputs"), constants.length, f.tensors(List.of(dirty), "inputs"),
                    dirty.length, materialize ? 1 : 0, Callbacks.FUNCTION, Callbacks.RELEASE, id, out);
            f.check(status, function.name(), inputs, outputs);
            // The graph holds what was saved; a wrapper kept here would keep the graph alive from Java too.
            saved = constants = dirty = new Tensor[0];
            return f.adoptAll(out, outputs.size());
        }
    }

    /** A call that backward may ask about. */
    record Applied(Function function, Context context) {}
}
