package org.flowprior.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.flowprior.torch.ffi.Shim;

/**
 * Derivatives and batching of functions from tensor to tensor: {@code torch.func}, and {@code torch.autograd.functional}
 * for {@link #jacobian} and {@link #hessian}. Functions must not keep the tensors that they get.
 */
public final class Func {

    private Func() {}

    /** A value, and its derivative along a direction. */
    public record Jvp(Tensor value, Tensor derivative) {}

    /** A value, and the product of a vector and the Jacobian. */
    public record Vjp(Tensor value, Tensor product) {}

    /** What random ops inside {@link #vmap} do. */
    public enum Randomness {
        /** They throw. */
        ERROR,
        /** They give the same numbers to all examples. */
        SAME,
        /** They give other numbers to each example. */
        DIFFERENT
    }

    /**
     * Forward-mode derivative in one run: {@code torch.func.jvp}. Functions with a {@link Function} inside throw.
     *
     * @param direction has the shape of {@code x}
     */
    public static Jvp jvp(UnaryOperator<Tensor> function, Tensor x, Tensor direction) {
        CallFrame f = CallFrame.enter();
        long level = f.check(Shim.fp_dual_level_enter(f.out()), "jvp").number(0);
        try {
            f = CallFrame.enter();
            Tensor dual = f.check(Shim.fp_make_dual(f.in(x, "x"), f.in(direction, "direction"), level, f.out()), "jvp",
                    x, direction).tensor();
            Tensor result = function.apply(dual);
            f = CallFrame.enter();
            f.check(Shim.fp_unpack_dual(f.in(result, "result"), level, f.out()), "jvp", result);
            Tensor value = f.tensor(0);
            Tensor derivative = f.tensor(1);
            return new Jvp(value, derivative == null ? Torch.zerosLike(value) : derivative);
        } finally {
            CallFrame.enter().check(Shim.fp_dual_level_exit(level), "jvp");
        }
    }

    /** Reverse-mode product of a vector, in the shape of the value, and the Jacobian. */
    public static Vjp vjp(UnaryOperator<Tensor> function, Tensor x, Tensor vector) {
        try (EnableGrad enabled = new EnableGrad()) {
            Tensor leaf = x.detach().requiresGrad_(true);
            Tensor value = function.apply(leaf);
            return new Vjp(value.detach(), gradient(value, leaf, vector, false));
        }
    }

    /** All derivatives: the shape is that of the value followed by that of {@code x}. Can be differentiated again. */
    public static Tensor jacobian(UnaryOperator<Tensor> function, Tensor x) {
        try (EnableGrad enabled = new EnableGrad()) {
            Tensor leaf = x.requiresGrad() ? x : x.detach().requiresGrad_(true);
            Tensor value = function.apply(leaf);
            Tensor flat = value.reshape(-1);
            List<Tensor> rows = IntStream.range(0, (int) flat.numel())
                    .mapToObj(i -> gradient(flat.get(i), leaf, null, true)).toList();
            long[] shape = new long[value.dim() + x.dim()];
            System.arraycopy(value.shape(), 0, shape, 0, value.dim());
            System.arraycopy(x.shape(), 0, shape, value.dim(), x.dim());
            Tensor all = rows.isEmpty() ? Torch.zerosLike(x).newEmpty(shape) : Torch.stack(rows, 0).reshape(shape);
            return x.requiresGrad() ? all : all.detach();
        }
    }

    /** Second derivatives of a function with one value: the shape is that of {@code x} twice. */
    public static Tensor hessian(UnaryOperator<Tensor> function, Tensor x) {
        return jacobian(leaf -> jacobian(function, leaf).reshape(leaf.shape()), x);
    }

    private static Tensor gradient(Tensor value, Tensor leaf, Tensor vector, boolean create) {
        Tensor none = Torch.zerosLike(leaf);
        if (!value.requiresGrad()) {
            return none;
        }
        Tensor gradient = Autograd.grad(List.of(value), List.of(leaf), vector == null ? null : List.of(vector),
                new Autograd.Options(create, create, true)).getFirst();
        return gradient == null ? none : gradient;
    }

    /**
     * Gradient of a function with one value, in a level of its own: {@code torch.func.grad}. Inside {@link #vmap} it
     * gives the gradient of each example.
     */
    public static Tensor grad(UnaryOperator<Tensor> function, Tensor x) {
        CallFrame f = CallFrame.enter();
        long level = f.check(Shim.fp_grad_layer_enter(f.out()), "grad").number(0);
        try (EnableGrad enabled = new EnableGrad()) {
            f = CallFrame.enter();
            Tensor leaf = f.check(Shim.fp_grad_layer_wrap(f.in(x, "x"), level, f.out()), "grad", x).tensor();
            Tensor gradient = gradient(function.apply(leaf), leaf, null, true);
            f = CallFrame.enter();
            return f.check(Shim.fp_grad_layer_unwrap(f.in(gradient, "gradient"), level, f.out()), "grad").tensor();
        } finally {
            CallFrame.enter().check(Shim.fp_layer_exit(), "grad");
        }
    }

    /** Applies a function of one example to all along the first dimension; random ops throw. */
    public static Tensor vmap(UnaryOperator<Tensor> function, Tensor x) {
        return vmap(function, x, 0, 0, Randomness.ERROR);
    }

    /**
     * Applies a function of one example to all examples at once: {@code torch.vmap}.
     *
     * @param inDim  the dimension of the examples in {@code x}
     * @param outDim their dimension in the result
     */
    public static Tensor vmap(UnaryOperator<Tensor> function, Tensor x, int inDim, int outDim,
            Randomness randomness) {
        long batch = x.size(inDim);
        CallFrame f = CallFrame.enter();
        long level = f.check(Shim.fp_vmap_enter(batch, randomness.ordinal(), f.out()), "vmap", x).number(0);
        try {
            f = CallFrame.enter();
            int dim = inDim < 0 ? inDim + x.dim() : inDim;
            f = CallFrame.enter();
            Tensor example = f.check(Shim.fp_vmap_add(f.in(x, "x"), dim, level, f.out()), "vmap", x).tensor();
            Tensor result = function.apply(example);
            f = CallFrame.enter();
            return f.check(Shim.fp_vmap_remove(f.in(result, "result"), level, batch, outDim, f.out()), "vmap").tensor();
        } finally {
            CallFrame.enter().check(Shim.fp_layer_exit(), "vmap");
        }
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
}
