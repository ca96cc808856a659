package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;

/**
 * The state of an optimiser as PyTorch lays it out: for each parameter's number its tensors by name, and for each group
 * its options, with the numbers of its parameters under {@code params}. It has two more forms: the tree that a
 * {@code .pt} file holds, and flat names for safetensors. Tensors in it belong to whoever made it.
 */
public record OptimizerState(Map<Integer, Map<String, Tensor>> state, List<Map<String, Object>> parameterGroups) {

    private static final String STATE = "state";
    private static final String GROUPS = "param_groups";

    /** The parameters' numbers of that group. */
    List<Integer> numbers(int group) {
        if (!(parameterGroups.get(group).get("params") instanceof List<?> list)
                || !list.stream().allMatch(Number.class::isInstance)) {
            throw new IllegalArgumentException("param_groups: 'params' of group " + group
                    + " must be a list of numbers");
        }
        return list.stream().map(number -> ((Number) number).intValue()).toList();
    }

    // ---- as a tree -------------------------------------------------------------------------------------------------

    /** The dictionary that {@code torch.save(optimizer.state_dict())} writes. */
    public Map<String, Object> toTree() {
        Map<Long, Object> byNumber = new LinkedHashMap<>();
        state.forEach((number, tensors) -> byNumber.put((long) number, tensors));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(STATE, byNumber);
        tree.put(GROUPS, parameterGroups);
        return tree;
    }

    /**
     * Reads such a dictionary. What a state has besides tensors and numbers is left out; numbers become tensors of the
     * innermost scope.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static OptimizerState ofTree(Object tree) {
        if (!(tree instanceof Map<?, ?> map && map.get(STATE) instanceof Map<?, ?> byNumber
                && map.get(GROUPS) instanceof List<?> groups)) {
            throw new IllegalArgumentException("an optimiser's state is a dictionary with 'state' and 'param_groups'");
        }
        Map<Integer, Map<String, Tensor>> state = new LinkedHashMap<>();
        byNumber.forEach((number, entries) -> {
            if (!(number instanceof Number n && entries instanceof Map<?, ?> named)) {
                throw new IllegalArgumentException("'state' must map numbers to dictionaries, not '" + number + "'");
            }
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            named.forEach((name, value) -> {
                if (value instanceof Tensor tensor) {
                    tensors.put(name.toString(), tensor);
                } else if (value instanceof Number count) {
                    tensors.put(name.toString(), Tensor.scalar(count.floatValue()));
                }
            });
            state.put(n.intValue(), tensors);
        });
        List<Map<String, Object>> parameterGroups = new ArrayList<>();
        for (Object group : groups) {
            if (!(group instanceof Map<?, ?> entries)) {
                throw new IllegalArgumentException("'param_groups' must be a list of dictionaries");
            }
            Map<String, Object> copy = new LinkedHashMap<>();
            entries.forEach((name, value) -> copy.put(name.toString(), value));
            parameterGroups.add(copy);
        }
        return new OptimizerState(state, parameterGroups);
    }

    // ---- as named tensors ------------------------------------------------------------------------------------------

    /**
     * Everything as tensors: the state as {@code state.0.exp_avg}, options as {@code param_groups.0.lr} in float64,
     * bool or int64. Options that are null are left out. The tensors of options are of the innermost scope.
     */
    public Map<String, Tensor> toTensors() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        state.forEach(
                (number, one) -> one.forEach((name, tensor) -> tensors.put(STATE + "." + number + "." + name, tensor)));
        for (int g = 0; g < parameterGroups.size(); g++) {
            String prefix = GROUPS + "." + g + ".";
            parameterGroups.get(g).forEach((name, value) -> {
                if (value != null) {
                    tensors.put(prefix + name, toTensor(prefix + name, value));
                }
            });
        }
        return tensors;
    }

    private static Tensor toTensor(String name, Object value) {
        return switch (value) {
            case Boolean flag -> Tensor.of(new boolean[] {flag}).squeeze();
            case Double number -> Tensor.scalar(number);
            case Long number -> Tensor.scalar(number);
            case List<?> list when list.stream().allMatch(Double.class::isInstance) ->
                    Tensor.of(list.stream().mapToDouble(n -> (Double) n).toArray(), list.size());
            case List<?> list when list.stream().allMatch(Long.class::isInstance) ->
                    Tensor.of(list.stream().mapToLong(n -> (Long) n).toArray(), list.size());
            default -> throw new IllegalArgumentException(name + " cannot be written as a tensor: " + value);
        };
    }

    /**
     * Reads what {@link #toTensors} made.
     *
     * @throws IllegalArgumentException for a name of another form
     */
    public static OptimizerState ofTensors(Map<String, Tensor> tensors) {
        Map<Integer, Map<String, Tensor>> state = new TreeMap<>();
        Map<Integer, Map<String, Object>> groups = new TreeMap<>();
        tensors.forEach((key, tensor) -> {
            String[] parts = key.split("\\.", 3);
            if (parts.length != 3 || !parts[1].matches("\\d{1,9}") || !parts[0].matches(STATE + "|" + GROUPS)) {
                throw new IllegalArgumentException("'" + key + "' is no entry of an optimiser's state");
            }
            int number = Integer.parseInt(parts[1]);
            if (parts[0].equals(STATE)) {
                state.computeIfAbsent(number, n -> new LinkedHashMap<>()).put(parts[2], tensor);
            } else {
                groups.computeIfAbsent(number, n -> new LinkedHashMap<>()).put(parts[2], toValue(tensor));
            }
        });
        return new OptimizerState(state, new ArrayList<>(groups.values()));
    }

    private static Object toValue(Tensor tensor) {
        List<Object> values = new ArrayList<>();
        if (tensor.dtype() == DType.BOOL) {
            for (boolean flag : tensor.toBooleanArray()) {
                values.add(flag);
            }
        } else if (tensor.dtype().isFloatingPoint()) {
            for (double number : tensor.toDoubleArray()) {
                values.add(number);
            }
        } else {
            for (long number : tensor.toLongArray()) {
                values.add(number);
            }
        }
        return tensor.dim() == 0 ? values.get(0) : values;
    }
}
