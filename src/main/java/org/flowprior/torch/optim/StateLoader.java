package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
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

    void check(int group, Function<Tensor, Map<String, long[]>> shapesOf) {
        for (int i = 0; i < groups.get(group).size(); i++) {
            int number = state.numbers(group).get(i);
            Map<String, Tensor> one = state.state().getOrDefault(number, Map.of());
            Map<String, long[]> shapes = shapesOf.apply(groups.get(group).get(i));
            if (one.isEmpty() || shapes == null) {
                continue;
            }
            shapes.forEach((name, shape) -> check("state." + number + "." + name, one.get(name), shape));
            one.keySet().stream().filter(name -> !shapes.containsKey(name))
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
    List<Map<String, Tensor>> copies(int group, OptimizerOptions options) {
        List<Map<String, Tensor>> copies = new ArrayList<>();
        try (Scope scope = Scope.open(); NoGrad noGrad = new NoGrad()) {
            for (int i = 0; i < groups.get(group).size(); i++) {
                Tensor parameter = groups.get(group).get(i);
                Map<String, Tensor> copy = new LinkedHashMap<>();
                state.state().getOrDefault(state.numbers(group).get(i), Map.of()).forEach((name, value) -> {
                    boolean isStep = name.equals(ParameterStates.STEP);
                    DType dtype = isStep ? DType.FLOAT32 : value.dtype().isFloatingPoint() ? parameter.dtype()
                            : value.dtype();
                    Device device = isStep ? ParameterStates.stepDevice(options, parameter) : parameter.device();
                    copy.put(name, value.detach().to(device, dtype, false, true).keep());
                });
                copies.add(copy);
            }
        }
        return copies;
    }
}
