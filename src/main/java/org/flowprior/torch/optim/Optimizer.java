package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.StateDictException;

/**
 * Changes parameters by their gradients: {@code torch.optim.Optimizer}. The state of a parameter begins with its first
 * gradient; a parameter without a gradient is left alone, as in PyTorch.
 *
 * <p>An optimiser owns its state, which lives outside every scope until {@link #close}. The parameters stay whose they
 * are.
 */
public abstract sealed class Optimizer implements AutoCloseable permits AdamFamily, Sgd {

    private final List<List<Tensor>> groups = new ArrayList<>();
    private final List<Settings> settings = new ArrayList<>();
    private final List<List<Map<String, Tensor>>> states = new ArrayList<>();

    Optimizer(Settings options, List<ParameterGroup> parameterGroups) {
        if (parameterGroups.isEmpty()) {
            throw new IllegalArgumentException("an optimiser needs parameters; there are no groups");
        }
        Set<Long> seen = new HashSet<>();
        for (ParameterGroup group : parameterGroups) {
            for (Tensor parameter : group.parameters()) {
                if (!seen.add(parameter.identity())) {
                    throw new IllegalArgumentException("a parameter is there twice: " + parameter.signature());
                }
            }
            groups.add(group.parameters());
            settings.add(options.withLearningRate(group.learningRate()).withWeightDecay(group.weightDecay()));
            states.add(emptyStates(group.parameters().size()));
        }
    }

    private static List<Map<String, Tensor>> emptyStates(int count) {
        List<Map<String, Tensor>> empty = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            empty.add(new LinkedHashMap<>());
        }
        return empty;
    }

    // ---- training --------------------------------------------------------------------------------------------------

    /** Changes every parameter that has a gradient, without autograd's notice. */
    public final void step() {
        requireOpen();
        for (int g = 0; g < groups.size(); g++) {
            try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
                step(g);
            }
        }
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
            update(settings.get(g), parameters, gradients, active);
        }
    }

    /** Changes one group's parameters, and begins the state of those that have none. */
    abstract void update(Settings settings, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states);

    /** Names of a parameter's state, with true for the step count, which has its own shape and dtype. */
    abstract Map<String, Boolean> stateNames(Settings settings);

    /** The options as PyTorch stores them, without the parameters. */
    abstract Map<String, Object> entries(Settings settings);

    /** The options that PyTorch or {@link #entries} stored. */
    abstract Settings settings(Entries entries);

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
        return settings.get(group).learningRate();
    }

    /** Sets the learning rate of every group. */
    public final void setLearningRate(double learningRate) {
        settings.replaceAll(s -> s.withLearningRate(learningRate));
    }

    /** Sets the learning rate of that group. */
    public final void setLearningRate(int group, double learningRate) {
        settings.set(group, settings.get(group).withLearningRate(learningRate));
    }

    /** The groups as they are now. */
    public final List<ParameterGroup> parameterGroups() {
        List<ParameterGroup> now = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            now.add(new ParameterGroup(groups.get(g), settings.get(g).learningRate(), settings.get(g).weightDecay()));
        }
        return now;
    }

    // ---- state -----------------------------------------------------------------------------------------------------

    /** The state itself, in PyTorch's layout: parameters are numbered through all groups. */
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
            Map<String, Object> entries = entries(settings.get(g));
            entries.put("params", numbers);
            parameterGroups.add(entries);
        }
        return new OptimizerState(state, parameterGroups);
    }

    /**
     * Continues from a state of this class or of PyTorch's of the same name: copies the tensors, in the parameters'
     * dtype and device, and takes over the options.
     *
     * @throws StateDictException       when entries are missing, unexpected or of another shape
     * @throws IllegalArgumentException when the groups are not those of this optimiser, or options are missing. In
     *                                  either case nothing is changed
     */
    public final void loadStateDict(OptimizerState state) {
        requireOpen();
        StateLoader loader = new StateLoader(getClass().getSimpleName(), groups, state);
        List<Settings> newSettings = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            newSettings.add(settings(new Entries(state.parameterGroups().get(g))));
            loader.check(g, stateNames(newSettings.get(g)));
        }
        loader.requireComplete();
        for (int g = 0; g < groups.size(); g++) {
            List<Map<String, Tensor>> before = states.get(g);
            states.set(g, loader.copies(g, stateNames(newSettings.get(g))));
            settings.set(g, newSettings.get(g));
            before.forEach(one -> one.values().forEach(Tensor::close));
        }
    }

    /** Closes the state; the parameters stay open. Throws {@link IllegalStateException} the second time. */
    @Override
    public final void close() {
        requireOpen();
        states.forEach(group -> group.forEach(one -> one.values().forEach(Tensor::close)));
        states.clear();
    }

    private void requireOpen() {
        if (states.isEmpty()) {
            throw new IllegalStateException("this " + getClass().getSimpleName() + " is closed");
        }
    }
}
