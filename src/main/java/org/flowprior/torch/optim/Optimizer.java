package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.flowprior.torch.EnableGrad;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.StateDictException;

/**
 * Updates parameters by their gradients: {@code torch.optim.Optimizer}. A parameter has a state from its first gradient
 * on; one without a gradient is not changed, as in PyTorch.
 *
 * <p>An optimiser of one's own extends this class and implements {@link #update}:
 *
 * <pre>{@code
 * final class SignSgd extends Optimizer {
 *     SignSgd(List<Tensor> parameters, double learningRate) {
 *         super(parameters, OptimizerOptions.ofLearningRate(learningRate).and("momentum", 0.9));
 *     }
 *
 *     protected void update(OptimizerOptions options, List<Tensor> parameters, List<Tensor> gradients,
 *             List<Map<String, Tensor>> states) {
 *         for (int i = 0; i < parameters.size(); i++) {
 *             Tensor gradient = gradients.get(i);
 *             Tensor average = states.get(i).computeIfAbsent("average", name -> Torch.zerosLike(gradient));
 *             average.lerp_(gradient, 1 - options.number("momentum"));
 *             parameters.get(i).add_(average.sign(), -options.learningRate());
 *         }
 *     }
 * }
 * }</pre>
 *
 * <p>An optimiser owns its state, which lives outside every scope until {@link #close}, but not the parameters.
 */
public abstract class Optimizer implements AutoCloseable {

    private final List<List<Tensor>> groups;
    private final List<OptimizerOptions> options;
    private final List<List<Map<String, Tensor>>> states = new ArrayList<>();

    /**
     * Optimises one group of parameters.
     *
     * @throws IllegalArgumentException if there are no parameters, or one occurs twice or is the result of an op
     */
    protected Optimizer(List<Tensor> parameters, OptimizerOptions options) {
        this(options, ParameterGroup.single(parameters, options));
    }

    /**
     * Optimises groups with their own learning rates and weight decays; the other options are common to them.
     *
     * @throws IllegalArgumentException if there are no groups, or a parameter occurs twice
     */
    protected Optimizer(OptimizerOptions defaults, List<ParameterGroup> parameterGroups) {
        if (parameterGroups.isEmpty()) {
            throw new IllegalArgumentException("an optimiser needs parameters; there are no groups");
        }
        Set<Long> seen = new HashSet<>();
        for (ParameterGroup group : parameterGroups) {
            for (Tensor parameter : group.parameters()) {
                if (!seen.add(parameter.identity())) {
                    throw new IllegalArgumentException("a parameter occurs twice: " + parameter.signature());
                }
            }
            states.add(group.parameters().stream().<Map<String, Tensor>>map(p -> new LinkedHashMap<>()).toList());
        }
        groups = parameterGroups.stream().map(ParameterGroup::parameters).toList();
        options = new ArrayList<>(parameterGroups.stream()
                .map(g -> defaults.withLearningRate(g.learningRate()).withWeightDecay(g.weightDecay())).toList());
        options.forEach(this::requireValid);
    }

    // ---- training --------------------------------------------------------------------------------------------------

    /** Updates each parameter that has a gradient; autograd does not record this. */
    public void step() {
        requireOpen();
        for (int g = 0; g < groups.size(); g++) {
            int group = g;
            updating(states.get(g), () -> step(group));
        }
    }

    /**
     * Computes the loss and the gradients, then does a step.
     *
     * @param closure removes the gradients, computes the loss, calls its {@code backward()} and returns it
     * @return the loss
     */
    public Tensor step(Supplier<Tensor> closure) {
        requireOpen();
        Tensor loss;
        try (EnableGrad enabled = new EnableGrad()) {
            loss = closure.get();
        }
        step();
        return loss;
    }

    private void step(int g) {
        List<Tensor> parameters = new ArrayList<>();
        List<Tensor> gradients = new ArrayList<>();
        List<Map<String, Tensor>> active = new ArrayList<>();
        for (int i = 0; i < groups.get(g).size(); i++) {
            Tensor gradient = groups.get(g).get(i).grad();
            if (gradient != null) {
                parameters.add(groups.get(g).get(i));
                gradients.add(gradient);
                active.add(states.get(g).get(i));
            }
        }
        if (!parameters.isEmpty()) {
            update(options.get(g), parameters, gradients, active);
        }
    }

    /** Runs an update, without autograd and in a scope; tensors that it puts into the states outlive the scope. */
    final void updating(List<Map<String, Tensor>> changed, Runnable update) {
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            List<Tensor> before = tensors(changed);
            try {
                update.run();
            } finally {
                own(before, tensors(changed));
            }
        }
    }

    private static List<Tensor> tensors(List<Map<String, Tensor>> states) {
        List<Tensor> tensors = new ArrayList<>();
        states.forEach(state -> tensors.addAll(state.values()));
        return tensors;
    }

    private static void own(List<Tensor> before, List<Tensor> after) {
        boolean same = before.size() == after.size();
        for (int i = 0; same && i < before.size(); i++) {
            same = before.get(i) == after.get(i);
        }
        if (!same) {
            Set<Tensor> kept = Collections.newSetFromMap(new IdentityHashMap<>());
            kept.addAll(after);
            after.forEach(Tensor::keep);
            before.stream().filter(tensor -> !kept.contains(tensor)).forEach(Tensor::close);
        }
    }

    /**
     * Updates parameters of one group in place. Runs without autograd, in a scope of its own.
     *
     * @param options    the group's options
     * @param parameters those of the group's parameters that have a gradient
     * @param gradients  their gradients
     * @param states     their states by name, empty before the first step; what is put there belongs to the optimiser
     *                   and is closed when it is replaced. A step count named {@code step} is a float32 scalar.
     */
    protected abstract void update(OptimizerOptions options, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states);

    /** The names and shapes of a parameter's state, which a loaded state must have. Null, as here: any. */
    protected Map<String, long[]> stateShapes(OptimizerOptions options, Tensor parameter) {
        return null;
    }

    /** Checks new options; here everything is valid. Throws {@link IllegalArgumentException} if something is not. */
    protected void requireValid(OptimizerOptions options) {}

    /** The parameters of that group. */
    protected final List<Tensor> parameters(int group) {
        return groups.get(group);
    }

    /** The states of that group's parameters, in their order. */
    final List<Map<String, Tensor>> states(int group) {
        requireOpen();
        return states.get(group);
    }

    /** Removes the gradients of all parameters. */
    public final void zeroGrad() {
        groups.forEach(group -> group.forEach(parameter -> parameter.setGrad(null)));
    }

    /** The learning rate of the first group. */
    public final double learningRate() {
        return learningRate(0);
    }

    /** The learning rate of that group. */
    public final double learningRate(int group) {
        return options.get(group).learningRate();
    }

    /** Sets the learning rate of every group. */
    public final void setLearningRate(double learningRate) {
        options.replaceAll(s -> s.withLearningRate(learningRate));
    }

    /** Sets the learning rate of that group. */
    public final void setLearningRate(int group, double learningRate) {
        options.set(group, options.get(group).withLearningRate(learningRate));
    }

    /** The options of that group. */
    public final OptimizerOptions options(int group) {
        return options.get(group);
    }

    /** Sets the options of that group. Throws {@link IllegalArgumentException} if they are not this optimiser's. */
    public final void setOptions(int group, OptimizerOptions value) {
        if (!value.values().keySet().equals(options.get(group).values().keySet())) {
            throw new IllegalArgumentException(getClass().getSimpleName() + " has the options "
                    + options.get(group).values().keySet() + ", not " + value.values().keySet());
        }
        requireValid(value);
        options.set(group, value);
    }

    /** The groups with their current options. */
    public final List<ParameterGroup> parameterGroups() {
        return IntStream.range(0, groups.size()).mapToObj(g -> new ParameterGroup(groups.get(g),
                options.get(g).learningRate(), options.get(g).weightDecay())).toList();
    }

    // ---- state -----------------------------------------------------------------------------------------------------

    /** The state itself, in PyTorch's layout: numbers count the parameters through all groups. */
    public final OptimizerState stateDict() {
        requireOpen();
        Map<Integer, Map<String, Tensor>> state = new LinkedHashMap<>();
        List<Map<String, Object>> parameterGroups = new ArrayList<>();
        int number = 0;
        for (int g = 0; g < groups.size(); g++) {
            List<Object> numbers = new ArrayList<>();
            for (Map<String, Tensor> one : states.get(g)) {
                if (!one.isEmpty()) {
                    state.put(number, new LinkedHashMap<>(one));
                }
                numbers.add((long) number++);
            }
            Map<String, Object> entries = new LinkedHashMap<>(options.get(g).values());
            entries.put("params", numbers);
            parameterGroups.add(entries);
        }
        return new OptimizerState(state, parameterGroups);
    }

    /**
     * Loads a state of this class or of PyTorch's class of the same name: copies the tensors to the parameters' dtype and
     * device, and sets the options. If it throws, nothing is changed.
     *
     * @throws StateDictException       if entries are missing, unexpected or of another shape
     * @throws IllegalArgumentException if the groups are not those of this optimiser, or options are missing
     */
    public final void loadStateDict(OptimizerState state) {
        requireOpen();
        StateLoader loader = new StateLoader(getClass().getSimpleName(), groups, state);
        List<OptimizerOptions> loaded = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            OptimizerOptions one = options.get(g).loaded(state.parameterGroups().get(g));
            requireValid(one);
            loaded.add(one);
            loader.check(g, parameter -> stateShapes(one, parameter));
        }
        loader.requireComplete();
        for (int g = 0; g < groups.size(); g++) {
            List<Map<String, Tensor>> before = states.set(g, loader.copies(g, loaded.get(g)));
            options.set(g, loaded.get(g));
            close(before);
        }
    }

    /**
     * Loads a dictionary as {@code torch.load} reads it, with {@code state} and {@code param_groups}, as
     * {@link #loadStateDict(OptimizerState)}.
     */
    public final void loadStateDict(Map<?, ?> tree) {
        try (Scope scope = Scope.open()) {
            loadStateDict(OptimizerState.ofTree(tree));
        }
    }

    /** Closes the state; the parameters stay open. Throws {@link IllegalStateException} the second time. */
    @Override
    public final void close() {
        requireOpen();
        states.forEach(Optimizer::close);
        states.clear();
    }

    private static void close(List<Map<String, Tensor>> states) {
        states.forEach(one -> one.values().forEach(Tensor::close));
    }

    private void requireOpen() {
        if (states.isEmpty()) {
            throw new IllegalStateException("this " + getClass().getSimpleName() + " is closed");
        }
    }
}
