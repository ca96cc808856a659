package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;

/**
 * The state of an optimiser in PyTorch's layout: for each parameter's number its tensors by name, and for each group its
 * options, with the numbers of its parameters under {@code params}. It converts to the tree of a {@code .pt} file and to
 * flat names for safetensors. The creator of the state owns its tensors.
 */
public record OptimizerState(Map<Integer, Map<String, Tensor>> state, List<Map<String, Object>> parameterGroups) {

    private static final String STATE = "state";
    private static final String GROUPS = "param_groups";

    /** The numbers of that group's parameters. */
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
        state.forEach((number, tensors) -> byNumber.put((long) number, withLists(tensors)));
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(STATE, byNumber);
        tree.put(GROUPS, parameterGroups);
        return tree;
    }

    /** Tensors of names as {@code old_dirs.0} form a list, as LBFGS has them. */
    private static Map<String, Object> withLists(Map<String, Tensor> tensors) {
        Map<String, Object> result = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            int dot = name.lastIndexOf('.');
            if (dot > 0 && name.substring(dot + 1).matches("\\d+")) {
                @SuppressWarnings("unchecked") List<Object> list =
                        (List<Object>) result.computeIfAbsent(name.substring(0, dot),
                                n -> new ArrayList<>());
                list.add(tensor);
            } else {
                result.put(name, tensor);
            }
        });
        return result;
    }

    /**
     * Reads such a dictionary. Numbers in a parameter's state become tensors of the innermost scope; other values than
     * numbers and tensors are ignored.
     *
     * @throws IllegalArgumentException if it is not such a dictionary
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
            named.forEach((name, value) -> put(tensors, name.toString(), value));
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

    private static void put(Map<String, Tensor> tensors, String name, Object value) {
        switch (value) {
            case Tensor tensor -> tensors.put(name, tensor);
            case Number number when name.equals(ParameterStates.STEP) ->
                    tensors.put(name, Tensor.scalar(number.floatValue()));
            case Number number -> tensors.put(name, Tensor.scalar(number.doubleValue()));
            case List<?> list -> {
                for (int i = 0; i < list.size(); i++) {
                    put(tensors, name + "." + i, list.get(i));
                }
            }
            case null, default -> {}
        }
    }

    // ---- as named tensors ------------------------------------------------------------------------------------------

    /**
     * Makes tensors of everything: the state as {@code state.0.exp_avg}, options as {@code param_groups.0.lr} in float64,
     * bool or int64, without those that are null. The tensors of options belong to the innermost scope.
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
            case List<?> list when list.stream().allMatch(n -> n == null || n instanceof Double) ->
                    Tensor.of(list.stream().mapToDouble(n -> n == null ? Double.NaN : (Double) n).toArray(),
                            list.size());
            case List<?> list when list.stream().allMatch(Long.class::isInstance) ->
                    Tensor.of(list.stream().mapToLong(n -> (Long) n).toArray(), list.size());
            default -> throw new IllegalArgumentException(name + " cannot be written as a tensor: " + value);
        };
    }

    /**
     * Reads the result of {@link #toTensors}.
     *
     * @throws IllegalArgumentException if a name has another form
     */
    public static OptimizerState ofTensors(Map<String, Tensor> tensors) {
        Map<Integer, Map<String, Tensor>> state = new TreeMap<>();
        Map<Integer, Map<String, Object>> groups = new TreeMap<>();
        tensors.forEach((key, tensor) -> {
            String[] parts = key.split("\\.", 3);
            if (parts.length != 3 || !parts[1].matches("\\d{1,9}") || !parts[0].matches(STATE + "|" + GROUPS)) {
                throw new IllegalArgumentException("'" + key + "' is not an entry of an optimiser's state");
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
        List<?> values = tensor.dtype().isFloatingPoint() ? DoubleStream.of(tensor.toDoubleArray()).boxed().toList()
                : tensor.dtype() == DType.BOOL
                        ? LongStream.of(tensor.toLongArray()).mapToObj(flag -> flag != 0).toList()
                : LongStream.of(tensor.toLongArray()).boxed().toList();
        return tensor.dim() == 0 ? values.getFirst() : values;
    }
}
