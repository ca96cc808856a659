package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.nn.StateDictException;

/** Checks a state dict against an optimiser's parameters, and copies it. */
final class StateLoader {

    private final String owner;
    private final List<List<Tensor>> groups;
    private final OptimizerState state;
    private final List<String> missing = new ArrayList<>();
    private final List<String> unexpected = new ArrayList<>();
    private final List<StateDictException.Shapes> differing = new ArrayList<>();

    StateLoader(String owner, List<List<Tensor>> groups, OptimizerState state) {
        this.owner = owner;
        this.groups = groups;
        this.state = state;
        List<Integer> here = groups.stream().map(List::size).toList();
        List<Integer> there = IntStream.range(0, state.parameterGroups().size())
                .mapToObj(g -> state.numbers(g).size()).toList();
        if (!here.equals(there)) {
            throw new IllegalArgumentException("the state does not fit " + owner + ": its groups have " + there
                    + " parameters instead of " + here);
        }
    }

    void check(int group, Map<String, Boolean> names) {
        for (int i = 0; i < groups.get(group).size(); i++) {
            int number = state.numbers(group).get(i);
            Map<String, Tensor> one = state.state().getOrDefault(number, Map.of());
            if (one.isEmpty()) {
                continue;
            }
            long[] shape = groups.get(group).get(i).shape();
            names.forEach((name, isStep) -> check("state." + number + "." + name, one.get(name),
                    isStep ? new long[0] : shape));
            one.keySet().stream().filter(name -> !names.containsKey(name))
                    .forEach(name -> unexpected.add("state." + number + "." + name));
        }
    }

    private void check(String key, Tensor value, long[] shape) {
        if (value == null) {
            missing.add(key);
        } else if (!Arrays.equals(value.shape(), shape)) {
            differing.add(new StateDictException.Shapes(key, value.shape(), shape));
        }
    }

    void requireComplete() {
        if (!missing.isEmpty() || !unexpected.isEmpty() || !differing.isEmpty()) {
            throw new StateDictException(owner, missing, unexpected, differing);
        }
    }

    /** The state of one group's parameters, outside every scope. */
    List<Map<String, Tensor>> copies(int group, Map<String, Boolean> names) {
        List<Map<String, Tensor>> copies = new ArrayList<>();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            for (int i = 0; i < groups.get(group).size(); i++) {
                Tensor parameter = groups.get(group).get(i);
                Map<String, Tensor> copy = new LinkedHashMap<>();
                state.state().getOrDefault(state.numbers(group).get(i), Map.of()).forEach((name, value) -> {
                    DType dtype = names.get(name) ? DType.FLOAT32 : parameter.dtype();
                    copy.put(name, value.detach().to(parameter.device(), dtype, false, true).keep());
                });
                copies.add(copy);
            }
        }
        return copies;
    }
}
