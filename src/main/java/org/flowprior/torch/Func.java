package org.flowprior.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.flowprior.torch.ffi.Shim;

/** Transforms of functions on tensors, as {@code torch.func}. */
public final class Func {

    /** What random ops do inside {@link #vmap}: {@code randomness} of {@code torch.func.vmap}. */
    public enum Randomness {
        /** They throw. */
        ERROR,
        /** They draw the same numbers for each element of the batch. */
        SAME,
        /** They draw other numbers for each. */
        DIFFERENT
    }

    /** The value of a function, and its directional derivative. */
    public record Jvp(Tensor output, Tensor tangent) {}

    /** The value of a function, and the function that multiplies a vector with the Jacobian from the left. */
    public record Vjp(Tensor output, Function<Tensor, List<Tensor>> pullback) {}

    private Func() {}

    /**
     * The derivative of a function in the direction of the tangents, by forward-mode differentiation.
     *
     * @param tangents one for each input, of its shape
     */
    public static Jvp jvp(Function<List<Tensor>, Tensor> function, List<Tensor> inputs, List<Tensor> tangents) {
        if (inputs.size() != tangents.size()) {
            throw new ShapeException("jvp: " + tangents.size() + " tangents for " + inputs.size() + " inputs", null);
        }
        CallFrame f = CallFrame.enter();
        long level = f.check(Shim.fp_dual_open(f.out()), "jvp").number(0);
        try {
            List<Tensor> duals = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                Tensor input = inputs.get(i);
                Tensor tangent = tangents.get(i);
                f = CallFrame.enter();
                f.check(Shim.fp_dual_make(f.in(input, "input"), f.in(tangent, "tangent"), level, f.out()), "jvp", input,
                        tangent);
                duals.add(f.tensor());
            }
            Tensor dual = function.apply(duals);
            f = CallFrame.enter();
            f.check(Shim.fp_dual_unpack(f.in(dual, "output"), level, f.out()), "jvp", dual);
            Tensor output = f.tensor(0);
            Tensor tangent = CallFrame.current().tensor(1);
            return new Jvp(output, tangent == null ? Torch.zerosLike(output) : tangent);
        } finally {
            CallFrame.enter().check(Shim.fp_dual_close(level), "jvp");
        }
    }

    /** The value of a function, and its pullback, which gives zeros for an input that the output does not depend on. */
    public static Vjp vjp(Function<List<Tensor>, Tensor> function, List<Tensor> inputs) {
        List<Tensor> leaves = inputs.stream().map(Func::leaf).toList();
        Tensor output = function.apply(leaves);
        return new Vjp(output.detach(), vector -> gradients(output, leaves, vector, Boolean.TRUE, false));
    }

    /** The gradient of a function that gives a scalar; it may be used inside {@link #vmap}. */
    public static UnaryOperator<Tensor> grad(UnaryOperator<Tensor> function) {
        return input -> {
            CallFrame f = CallFrame.enter();
            long level = f.check(Shim.fp_grad_open(f.out()), "grad").number(0);
            try {
                f = CallFrame.enter();
                f.check(Shim.fp_grad_in(f.in(input, "input"), level, f.out()), "grad", input);
                Tensor leaf = f.tensor();
                Tensor gradient = Autograd.grad(function.apply(leaf), List.of(leaf), Autograd.Options.CREATE)
                        .getFirst();
                f = CallFrame.enter();
                f.check(Shim.fp_grad_out(f.in(gradient, "gradient"), level, f.out()), "grad");
                return f.tensor();
            } finally {
                CallFrame.enter().check(Shim.fp_level_close(), "grad");
            }
        };
    }

    /**
     * The Jacobian: {@code torch.autograd.functional.jacobian}, row by row in reverse mode.
     *
     * @return the output's shape followed by the input's
     */
    public static Tensor jacobian(UnaryOperator<Tensor> function, Tensor input) {
        return jacobianOf(function, leaf(input));
    }

    /** The matrix of second derivatives of a function that gives a scalar; the input's shape twice. */
    public static Tensor hessian(UnaryOperator<Tensor> function, Tensor input) {
        return jacobianOf(x -> gradients(function.apply(x), List.of(x), null, null, true).getFirst(), leaf(input));
    }

    private static Tensor jacobianOf(UnaryOperator<Tensor> function, Tensor leaf) {
        Tensor output = function.apply(leaf);
        long[] in = leaf.shape();
        long[] out = output.shape();
        int n = (int) output.numel();
        List<Tensor> rows = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            Tensor oneHot = Torch.zerosLike(output.detach());
            oneHot.reshape(n).narrow(0, i, 1).fill_(1);
            rows.add(gradients(output, List.of(leaf), oneHot, Boolean.TRUE, false).getFirst());
        }
        long[] shape = LongStream.concat(Arrays.stream(out), Arrays.stream(in))
                .toArray();
        return n == 0 ? Torch.zeros(shape, leaf.dtype(), leaf.device()) : Torch.stack(rows).reshape(shape);
    }

    /**
     * Applies the function to each element along the first dimension at once: {@code torch.func.vmap}. Ops that look at
     * values, as {@link Tensor#item}, throw inside.
     */
    public static Tensor vmap(UnaryOperator<Tensor> function, Tensor input) {
        return vmap(inputs -> function.apply(inputs.getFirst()), List.of(input), List.of(0), 0, Randomness.ERROR);
    }

    /**
     * Applies the function to each element of a batch at once.
     *
     * @param inDims the batch's dimension of each input; null for an input that all elements share
     * @param outDim the batch's dimension of the result
     * @throws ShapeException if no input has a batch, or their sizes differ
     */
    public static Tensor vmap(Function<List<Tensor>, Tensor> function, List<Tensor> inputs, List<Integer> inDims,
            int outDim, Randomness randomness) {
        long batch = batch(inputs, inDims);
        CallFrame f = CallFrame.enter();
        long level = f.check(Shim.fp_vmap_open(batch, randomness.ordinal(), f.out()), "vmap").number(0);
        try {
            List<Tensor> inside = new ArrayList<>();
            for (int i = 0; i < inputs.size(); i++) {
                Tensor input = inputs.get(i);
                if (inDims.get(i) == null) {
                    inside.add(input);
                } else {
                    f = CallFrame.enter();
                    f.check(Shim.fp_vmap_in(f.in(input, "input"), inDims.get(i), level, f.out()), "vmap", input);
                    inside.add(f.tensor());
                }
            }
            Tensor result = function.apply(Collections.unmodifiableList(inside));
            f = CallFrame.enter();
            f.check(Shim.fp_vmap_out(f.in(result, "result"), outDim, level, batch, f.out()), "vmap");
            return f.tensor();
        } finally {
            CallFrame.enter().check(Shim.fp_level_close(), "vmap");
        }
    }

    private static long batch(List<Tensor> inputs, List<Integer> inDims) {
        if (inputs.size() != inDims.size()) {
            throw new ShapeException("vmap: " + inDims.size() + " dimensions for " + inputs.size() + " inputs", null);
        }
        long batch = -1;
        for (int i = 0; i < inputs.size(); i++) {
            if (inDims.get(i) != null) {
                long size = inputs.get(i).size(inDims.get(i));
                if (batch >= 0 && size != batch) {
                    throw new ShapeException("vmap: the batch has " + batch + " elements, that of input " + i + " "
                            + size, null);
                }
                batch = size;
            }
        }
        if (batch < 0) {
            throw new ShapeException("vmap: no input has a batch dimension", null);
        }
        return batch;
    }

    /**
     * Calls a module with other tensors in place of its parameters: {@code torch.func.functional_call}. Gradients reach
     * the replacements.
     *
     * @param parameters   {@code module.namedParameters()}, or buffers
     * @param replacements by the same names; what is not named stays
     * @throws IllegalArgumentException for a name that the module does not have
     */
    public static <R> R functionalCall(Map<String, Tensor> parameters, Map<String, Tensor> replacements,
            Supplier<R> call) {
        List<Tensor> replaced = new ArrayList<>();
        List<Tensor> by = new ArrayList<>();
        replacements.forEach((name, tensor) -> {
            Tensor parameter = parameters.get(name);
            if (parameter == null) {
                throw new IllegalArgumentException("functionalCall: no parameter '" + name + "'");
            }
            replaced.add(parameter);
            by.add(CallFrame.required(tensor, name));
        });
        List<Long> own = new ArrayList<>();
        Thread thread = Thread.currentThread();
        by.forEach(tensor -> tensor.handle(thread));
        try {
            for (int i = 0; i < by.size(); i++) {
                own.add(replaced.get(i).lend(by.get(i).handle(thread)));
            }
            return call.get();
        } finally {
            for (int i = own.size() - 1; i >= 0; i--) {
                replaced.get(i).lend(own.get(i));
            }
        }
    }

    private static Tensor leaf(Tensor input) {
        return input.detach().requiresGrad_(true);
    }

    private static List<Tensor> gradients(Tensor output, List<Tensor> inputs, Tensor vector, Boolean retain,
            boolean create) {
        if (!output.requiresGrad()) {
            return inputs.stream().map(Torch::zerosLike).toList();
        }
        List<Tensor> vectors = vector == null ? null : List.of(vector);
        List<Tensor> gradients = new ArrayList<>(Autograd.grad(List.of(output), inputs, vectors,
                new Autograd.Options(retain, create, true)));
        for (int i = 0; i < gradients.size(); i++) {
            if (gradients.get(i) == null) {
                gradients.set(i, Torch.zerosLike(inputs.get(i)));
            }
        }
        return gradients;
    }
}
