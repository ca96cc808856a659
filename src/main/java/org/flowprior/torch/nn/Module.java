package org.flowprior.torch.nn;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A part of a network: parameters, buffers and child modules under PyTorch's names, in the order in which they were
 * registered. Agrees with {@code torch.nn.Module} in keys, order, and the effects of training mode, moving and loading.
 *
 * <pre>{@code
 * final class Head extends Layer {
 *     private final LayerNorm norm = register("norm", new LayerNorm(64, 1e-6, true));
 *     private final Linear linear = register("linear", new Linear(64, 10));
 *     public Tensor forward(Tensor x) { return linear.forward(norm.forward(x)); }
 * }
 * }</pre>
 *
 * <p>A module owns what is registered in it: its tensors live outside every scope until {@link #close}, which closes
 * its children too. Two modules tie a parameter when the second registers a {@link Tensor#share} of the first's.
 */
public abstract class Module implements AutoCloseable {

    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private final Map<String, Tensor> buffers = new LinkedHashMap<>();
    private final Set<String> unsavedBuffers = new HashSet<>();
    private final Map<String, Module> children = new LinkedHashMap<>();
    private boolean training = true;
    private boolean closed;
    private Hooks hooks;

    /** An empty module in training mode. */
    protected Module() {}

    // ---- registration ----------------------------------------------------------------------------------------------

    /**
     * Makes a module a child under this name; this module owns it from now on.
     *
     * @return the child
     * @throws IllegalArgumentException for a name that is empty, taken, or has a dot in it, and for a module that is or
     *                                  contains this one
     */
    protected final <M extends Module> M register(String name, M child) {
        checkName(name);
        if (child != null && child.namedModules().containsValue(this)) {
            throw new IllegalArgumentException("part '" + name + "' of " + typeName()
                    + " is or contains this module; a module cannot be inside itself");
        }
        children.put(name, Objects.requireNonNull(child, "child"));
        return child;
    }

    /**
     * Makes a floating-point leaf a parameter: takes it out of every scope and makes it require gradients.
     *
     * @return the value
     * @throws IllegalArgumentException for a name that is empty, taken, or has a dot in it, and for a tensor that is
     *                                  not a leaf
     */
    protected final Tensor registerParameter(String name, Tensor value) {
        checkName(name);
        if (!value.isLeaf()) {
            throw new IllegalArgumentException("parameter '" + name + "' of " + typeName()
                    + " is the result of a recorded op; detach() makes a leaf of it");
        }
        value.requiresGrad_(true);
        parameters.put(name, value.keep());
        return value;
    }

    /**
     * Makes a tensor a buffer, which moves with the module and is not trained: takes it out of every scope.
     *
     * @param persistent whether it is in state dicts
     * @return the value
     * @throws IllegalArgumentException for a name that is empty, taken, or has a dot in it
     */
    protected final Tensor registerBuffer(String name, Tensor value, boolean persistent) {
        checkName(name);
        buffers.put(name, value.keep());
        if (!persistent) {
            unsavedBuffers.add(name);
        }
        return value;
    }

    private void checkName(String name) {
        if (name.isEmpty() || name.contains(".")) {
            throw new IllegalArgumentException("'" + name + "' is not a name for a part of " + typeName()
                    + "; a name is not empty and has no dot");
        }
        if (parameters.containsKey(name) || buffers.containsKey(name) || children.containsKey(name)) {
            throw new IllegalArgumentException(typeName() + " has a part named '" + name + "' already");
        }
    }

    /** The name in messages and printouts: PyTorch's class. */
    String typeName() {
        return getClass().getSimpleName();
    }

    // ---- contents --------------------------------------------------------------------------------------------------

    /** Returns this module under the empty name, and all below it under dotted names, parents first, each once. */
    public final Map<String, Module> namedModules() {
        Map<String, Module> found = new LinkedHashMap<>();
        collect("", found, Collections.newSetFromMap(new IdentityHashMap<>()));
        return found;
    }

    private void collect(String name, Map<String, Module> found, Set<Module> seen) {
        if (seen.add(this)) {
            found.put(name, this);
            children.forEach(
                    (child, module) -> module.collect(name.isEmpty() ? child : name + "." + child, found, seen));
        }
    }

    /** Returns this module and all below it, parents first, each once. */
    public final List<Module> modules() {
        return new ArrayList<>(namedModules().values());
    }

    /** Returns the modules registered here, not those below them, under their names. */
    public final Map<String, Module> namedChildren() {
        return Collections.unmodifiableMap(children);
    }

    /** Returns the modules registered here, not those below them. */
    public final List<Module> children() {
        return new ArrayList<>(children.values());
    }

    /** Returns all parameters under PyTorch's keys; tied parameters are only under their first key. */
    public final Map<String, Tensor> namedParameters() {
        return eachOnce(module -> module.parameters);
    }

    /** Returns all buffers under PyTorch's keys, persistent or not. */
    public final Map<String, Tensor> namedBuffers() {
        return eachOnce(module -> module.buffers);
    }

    private Map<String, Tensor> eachOnce(Function<Module, Map<String, Tensor>> part) {
        Map<String, Tensor> found = new LinkedHashMap<>();
        Set<Long> seen = new HashSet<>();
        namedModules().forEach((path, module) -> part.apply(module).forEach((name, tensor) -> {
            if (seen.add(tensor.identity())) {
                found.put(path.isEmpty() ? name : path + "." + name, tensor);
            }
        }));
        return found;
    }

    /** Returns all parameters, each once, as an optimiser takes them. */
    public final List<Tensor> parameters() {
        return new ArrayList<>(namedParameters().values());
    }

    /** Returns the number of values in all parameters. */
    public final long parameterCount() {
        return parameters().stream().mapToLong(Tensor::numel).sum();
    }

    // ---- state dict ------------------------------------------------------------------------------------------------

    /**
     * Returns the parameters and persistent buffers themselves, under PyTorch's keys in PyTorch's order: a module's
     * parameters, its buffers, then its children one after the other. Tied parameters are under each of their keys.
     */
    public final Map<String, Tensor> stateDict() {
        Map<String, Tensor> state = new LinkedHashMap<>(parameters);
        state.putAll(buffers);
        state.keySet().removeAll(unsavedBuffers);
        children.forEach((child, module) -> module.stateDict()
                .forEach((name, tensor) -> state.put(child + "." + name, tensor)));
        return state;
    }

    /**
     * Copies the values into the parameters and persistent buffers, which keep their identity, dtype and device.
     *
     * @throws StateDictException if keys are missing or unexpected or shapes differ, before anything is written
     */
    public final void loadStateDict(Map<String, Tensor> state) {
        StateDict.load(typeName(), stateDict(), state);
    }

    // ---- printing --------------------------------------------------------------------------------------------------

    /** Returns what {@link #toString} prints between the parentheses, before the children; nothing by default. */
    protected String extraRepr() {
        return "";
    }

    /** The module and all below it, as PyTorch prints a model. */
    @Override
    public String toString() {
        return ModulePrinter.print(this);
    }

    /** Returns the parameters and bytes of each module, without output shapes, because nothing runs. */
    public final Summary summary() {
        return Summary.of(this, () -> {});
    }

    /**
     * Runs a forward in evaluation mode without gradients, and returns the output shape, the parameters and
     * the bytes of
     * each module: {@code net.summary(() -> net.forward(source, target))}. Hooks note the shapes, see {@link #hooked}.
     */
    public final Summary summary(Runnable forward) {
        return Summary.of(this, forward);
    }

    // ---- hooks -----------------------------------------------------------------------------------------------------

    /** Runs the hook before each forward of this module, after earlier ones; see {@link #hooked}. */
    public final RemovableHandle registerForwardPreHook(ForwardPreHook hook) {
        return hooks().addPre(Objects.requireNonNull(hook, "hook"));
    }

    /** Runs the hook after each forward of this module, after earlier ones; see {@link #hooked}. */
    public final RemovableHandle registerForwardHook(ForwardHook hook) {
        return hooks().addForward(Objects.requireNonNull(hook, "hook"));
    }

    /**
     * Runs the hook in backward, when the gradients of the inputs and the output of a forward of this module are there;
     * see {@link #hooked}. If no input needs a gradient, it runs when the gradient of the output is there.
     */
    public final RemovableHandle registerFullBackwardHook(BackwardHook hook) {
        return hooks().addBackward(Objects.requireNonNull(hook, "hook"));
    }

    private Hooks hooks() {
        if (hooks == null) {
            hooks = new Hooks();
        }
        return hooks;
    }

    /**
     * Computes an output between the hooks of this module. The modules of this package do so in {@code forward}, and
     * {@link Layer#call} does it for every layer. A module of your own with another signature does it in its
     * {@code forward}, or its hooks do not run.
     */
    protected final Tensor hooked(Tensor x, UnaryOperator<Tensor> compute) {
        return hooks == null ? compute.apply(x) : hooks.run(this, List.of(x), in -> compute.apply(in.getFirst()));
    }

    /** As {@link #hooked(Tensor, UnaryOperator)}, for several inputs, none null. */
    protected final Tensor hooked(List<Tensor> inputs, Function<List<Tensor>, Tensor> compute) {
        return hooks == null ? compute.apply(inputs) : hooks.run(this, List.copyOf(inputs), compute);
    }

    // ---- modes and places ------------------------------------------------------------------------------------------

    /** Calls the function with each module below this one, children first, and then with this one. Returns this. */
    public Module apply(Consumer<? super Module> function) {
        children.values().forEach(child -> child.apply(function));
        function.accept(this);
        return this;
    }

    /** Sets training or evaluation mode here and in all modules below. Returns this. */
    public Module train(boolean mode) {
        training = mode;
        children.values().forEach(child -> child.train(mode));
        return this;
    }

    /** As {@code train(true)}. */
    public Module train() {
        return train(true);
    }

    /** As {@code train(false)}. */
    public Module eval() {
        return train(false);
    }

    /** Returns whether this is in training mode. */
    public final boolean isTraining() {
        return training;
    }

    /** Runs with this module and all below in evaluation mode; afterwards each has the mode that it had. */
    final void inEvaluation(Runnable body) {
        List<Module> trained = modules().stream().filter(Module::isTraining).toList();
        trained.forEach(module -> module.training = false);
        try {
            body.run();
        } finally {
            trained.forEach(module -> module.training = true);
        }
    }

    /** Turns the gradients of all parameters on or off. Returns this. */
    public Module requiresGrad_(boolean enabled) {
        parameters().forEach(parameter -> parameter.requiresGrad_(enabled));
        return this;
    }

    /** Sets the gradients of all parameters to null. */
    public final void zeroGrad() {
        parameters().forEach(parameter -> parameter.setGrad(null));
    }

    /** Moves all parameters with their gradients, and all buffers; each keeps its identity. Returns this. */
    public Module to(Device device) {
        return convert(Objects.requireNonNull(device, "device"), null);
    }

    /**
     * Casts the floating-point parameters with their gradients, and the floating-point buffers; each keeps its
     * identity. Returns this.
     *
     * @throws IllegalArgumentException if the dtype is not a floating-point one
     */
    public Module to(DType dtype) {
        if (!dtype.isFloatingPoint()) {
            throw new IllegalArgumentException("a module cannot be cast to " + dtype + ", only to floating point");
        }
        return convert(null, dtype);
    }

    /** As {@code to(Device.CPU)}. */
    public Module cpu() {
        return to(Device.CPU);
    }

    /** Moves everything to the current CUDA device. */
    public Module cuda() {
        return to(Device.cuda(-1));
    }

    /** As {@code to(DType.FLOAT16)}. */
    public Module half() {
        return to(DType.FLOAT16);
    }

    /** As {@code to(DType.BFLOAT16)}. */
    public Module bfloat16() {
        return to(DType.BFLOAT16);
    }

    /** As {@code to(DType.FLOAT32)}: PyTorch's {@code float()}, which is no name in Java. */
    public Module toFloat() {
        return to(DType.FLOAT32);
    }

    /** As {@code to(DType.FLOAT64)}: PyTorch's {@code double()}, which is no name in Java. */
    public Module toDouble() {
        return to(DType.FLOAT64);
    }

    private Module convert(Device device, DType dtype) {
        for (Module module : namedModules().values()) {
            module.parameters.values().forEach(tensor -> convert(tensor, device, dtype));
            module.buffers.values().forEach(tensor -> convert(tensor, device, dtype));
        }
        return this;
    }

    private static void convert(Tensor tensor, Device device, DType dtype) {
        if (dtype != null && !tensor.dtype().isFloatingPoint()) {
            return;
        }
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            Tensor gradient = tensor.grad();
            tensor.setData(tensor.detach().to(dtype, device));
            if (gradient != null) {
                gradient.setData(gradient.detach().to(dtype, device));
            }
        }
    }

    // ---- end -------------------------------------------------------------------------------------------------------

    /**
     * Closes the children, the buffers and the parameters, the last registered first. All are closed even if one fails;
     * the first failure is thrown with the others suppressed in it.
     *
     * @throws IllegalStateException if the module is closed
     */
    @Override
    public void close() {
        if (closed) {
            throw new IllegalStateException("this " + typeName() + " is closed");
        }
        closed = true;
        List<Runnable> owned = new ArrayList<>();
        parameters.values().forEach(tensor -> owned.add(tensor::close));
        buffers.values().forEach(tensor -> owned.add(tensor::close));
        children.values().forEach(child -> owned.add(child::closeOnce));
        RuntimeException failure = null;
        for (Runnable part : owned.reversed()) {
            try {
                part.run();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void closeOnce() {
        if (!closed) {
            close();
        }
    }
}
