package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.StateDictException;

/**
 * Updates parameters by their gradients: {@code torch.optim.Optimizer}. A parameter has a state from its first gradient
 * on; one without a gradient is not changed, as in PyTorch.
 *
 * <p>An optimiser owns its state, which lives outside every scope until {@link #close}, but not the parameters.
 */
public abstract sealed class Optimizer implements AutoCloseable permits Adam, Sgd {

    private final List<List<Tensor>> groups;
    private final List<Settings> settings;
    private final List<List<Map<String, Tensor>>> states = new ArrayList<>();

    Optimizer(Settings options, List<ParameterGroup> parameterGroups) {
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
        settings = new ArrayList<>(parameterGroups.stream()
                .map(g -> options.withLearningRate(g.learningRate()).withWeightDecay(g.weightDecay())).toList());
    }

    // ---- training --------------------------------------------------------------------------------------------------

    /** Updates each parameter that has a gradient; autograd does not record this. */
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

    /** Updates one group's parameters, and starts the state of those that have none. */
    abstract void update(Settings settings, List<Tensor> parameters, List<Tensor> gradients,
            List<Map<String, Tensor>> states);

    /** Names of a parameter's state; true for the step count, which is a float32 scalar. */
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

    /** The groups with their current options. */
    public final List<ParameterGroup> parameterGroups() {
        return IntStream.range(0, groups.size()).mapToObj(g -> new ParameterGroup(groups.get(g),
                settings.get(g).learningRate(), settings.get(g).weightDecay())).toList();
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
            Map<String, Object> entries = entries(settings.get(g));
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
        List<Settings> newSettings = new ArrayList<>();
        for (int g = 0; g < groups.size(); g++) {
            newSettings.add(settings(new Entries(state.parameterGroups().get(g))));
            loader.check(g, stateNames(newSettings.get(g)));
        }
        loader.requireComplete();
        for (int g = 0; g < groups.size(); g++) {
            List<Map<String, Tensor>> before = states.set(g, loader.copies(g, stateNames(newSettings.get(g))));
            settings.set(g, newSettings.get(g));
            close(before);
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
