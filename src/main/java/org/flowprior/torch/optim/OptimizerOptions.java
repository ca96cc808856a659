package org.flowprior.torch.optim;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The options of an optimiser under PyTorch's names, immutable: what {@code param_groups} of a state dict holds, without
 * the parameters. A value is a number, a boolean, a string, a list of numbers, or null.
 *
 * <p>Each optimiser has its {@code DEFAULTS}; {@link #with} changes one of them. An optimiser of one's own names its
 * options with {@link #ofLearningRate} and {@link #and}.
 */
public final class OptimizerOptions {

    /** How PyTorch computes a step; this package decides by itself. */
    private static final Set<String> PYTORCHS = Set.of("foreach", "fused", "capturable", "differentiable");
    private static final Set<String> NOT_NEGATIVE = Set.of("lr", "weight_decay", "momentum", "lr_decay",
            "initial_accumulator_value", "momentum_decay", "alpha", "rho", "tolerance_grad", "tolerance_change");
    private static final String LEARNING_RATE = "lr";
    private static final String WEIGHT_DECAY = "weight_decay";
    private static final String DECOUPLED = "decoupled_weight_decay";

    private final Map<String, Object> values;

    private OptimizerOptions(Map<String, Object> values) {
        this.values = Collections.unmodifiableMap(values);
    }

    /** Options with this learning rate, {@code lr}, alone. */
    public static OptimizerOptions ofLearningRate(double value) {
        return new OptimizerOptions(Map.of()).and(LEARNING_RATE, value);
    }

    /**
     * With a further option.
     *
     * @throws IllegalArgumentException if the value has another type than the class allows, or is out of range
     */
    public OptimizerOptions and(String name, Object value) {
        Object plain = switch (value) {
            case Integer n -> (Object) n.longValue();
            case Float n -> n.doubleValue();
            case List<?> list -> numbers(name, list);
            case null -> null;
            case Long n -> n;
            case Double n -> n;
            case Boolean flag -> flag;
            case String text -> text;
            default -> throw new IllegalArgumentException("option '" + name + "' must be a number, a boolean, a string "
                    + "or a list of numbers, not " + value);
        };
        return put(name, plain);
    }

    /**
     * With another value of an option.
     *
     * @throws IllegalArgumentException if there is no such option, or the value has another type or is out of range
     */
    public OptimizerOptions with(String name, Object value) {
        if (!values.containsKey(name)) {
            throw new IllegalArgumentException("no option '" + name + "'; there are " + values.keySet());
        }
        Object before = values.get(name);
        return switch (before) {
            case Double n -> put(name, kind(Number.class, name, value, "a number").doubleValue());
            case Long n -> put(name, kind(Number.class, name, value, "a number").longValue());
            case Boolean flag -> put(name, kind(Boolean.class, name, value, "a boolean"));
            case List<?> list when value instanceof List<?> other && other.size() == list.size() ->
                    put(name, numbers(name, other));
            case List<?> list -> throw wrong(name, list.size() == 2 ? "a pair of numbers"
                    : "a list of " + list.size() + " numbers", value);
            case String text -> put(name, value == null ? null : kind(String.class, name, value, "a string"));
            case null -> and(name, value);
            default -> throw new AssertionError(before);
        };
    }

    private OptimizerOptions put(String name, Object value) {
        if (value instanceof Double number && NOT_NEGATIVE.contains(name)) {
            requireNotNegative(switch (name) {
                case LEARNING_RATE -> "the learning rate";
                case WEIGHT_DECAY -> "the weight decay";
                default -> name;
            }, number);
        }
        if (name.equals("betas") && value instanceof List<?> list
                && !list.stream().allMatch(b -> b instanceof Double beta && beta >= 0 && beta < 1)) {
            throw new IllegalArgumentException("betas must be in [0, 1), not " + list);
        }
        if (name.equals("eps") && value instanceof Double eps) {
            requireNotNegative("eps", eps);
        }
        Map<String, Object> copy = new LinkedHashMap<>(values);
        copy.put(name, value);
        return new OptimizerOptions(copy);
    }

    // ---- values ----------------------------------------------------------------------------------------------------

    /** A number. Throws {@link IllegalArgumentException} if there is none of that name. */
    public double number(String name) {
        return kind(Number.class, name, values.get(name), "a number").doubleValue();
    }

    /** A boolean. Throws {@link IllegalArgumentException} if there is none of that name. */
    public boolean flag(String name) {
        return kind(Boolean.class, name, values.get(name), "a boolean");
    }

    /** A string or null. Throws {@link IllegalArgumentException} if the option is something else. */
    public String text(String name) {
        return values.get(name) == null ? null : kind(String.class, name, values.get(name), "a string");
    }

    /** A number of a list; NaN where PyTorch has {@code None}. */
    public double number(String name, int index) {
        Object value = kind(List.class, name, values.get(name), "a list of numbers").get(index);
        return value == null ? Double.NaN : (Double) value;
    }

    /** The options in order, as PyTorch stores them. */
    public Map<String, Object> values() {
        return values;
    }

    // ---- options that most optimisers have -------------------------------------------------------------------------

    /** The factor of the update. */
    public double learningRate() {
        return number(LEARNING_RATE);
    }

    /** The weight decay; 0 if the optimiser has none. */
    public double weightDecay() {
        return values.containsKey(WEIGHT_DECAY) ? number(WEIGHT_DECAY) : 0;
    }

    /** With this learning rate, at least 0. */
    public OptimizerOptions withLearningRate(double value) {
        return with(LEARNING_RATE, value);
    }

    /** With this weight decay, at least 0. */
    public OptimizerOptions withWeightDecay(double value) {
        return value == 0 && !values.containsKey(WEIGHT_DECAY) ? this : with(WEIGHT_DECAY, value);
    }

    /** With this momentum, at least 0. */
    public OptimizerOptions withMomentum(double value) {
        return with("momentum", value);
    }

    /** With these decay rates of the two moments, in [0, 1). */
    public OptimizerOptions withBetas(double first, double second) {
        return with("betas", List.of(first, second));
    }

    /** With this addend of the denominator. */
    public OptimizerOptions withEps(double value) {
        return with("eps", value);
    }

    /** Maximises or minimises the loss. */
    public OptimizerOptions withMaximize(boolean value) {
        return with("maximize", value);
    }

    /** With what PyTorch's classes store beside their options: how they compute a step. */
    OptimizerOptions andPyTorchs(String... names) {
        OptimizerOptions result = this;
        for (String name : names) {
            result = result.put(name, name.equals("foreach") || name.equals("fused") ? null : (Object) false);
        }
        return result;
    }

    /** These options with the values of a state dict; a boolean that older PyTorch did not store is false. */
    OptimizerOptions loaded(Map<String, Object> entries) {
        OptimizerOptions result = this;
        for (Map.Entry<String, Object> own : values.entrySet()) {
            String name = own.getKey();
            Object value = entries.get(name);
            if (PYTORCHS.contains(name) || value == null && name.equals(DECOUPLED)) {
                continue;
            }
            if (value == null && own.getValue() instanceof Boolean) {
                value = false;
            }
            result = group(result, name, value);
        }
        return result;
    }

    private static OptimizerOptions group(OptimizerOptions options, String name, Object value) {
        try {
            return options.with(name, value);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("param_groups: " + e.getMessage(), e);
        }
    }

    static void requireNotNegative(String name, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(name + " must not be negative, not " + value);
        }
    }

    private static List<Object> numbers(String name, List<?> list) {
        List<Object> numbers = new ArrayList<>();
        for (Object element : list) {
            boolean none = element == null || element instanceof Double number && number.isNaN();
            numbers.add(none ? null : (Object) kind(Number.class, name, element, "a list of numbers").doubleValue());
        }
        return Collections.unmodifiableList(numbers);
    }

    private static <T> T kind(Class<T> type, String name, Object value, String wanted) {
        if (!type.isInstance(value)) {
            throw wrong(name, wanted, value);
        }
        return type.cast(value);
    }

    private static IllegalArgumentException wrong(String name, String wanted, Object value) {
        return new IllegalArgumentException("'" + name + "' must be " + wanted + ", not " + value);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OptimizerOptions o && o.values.equals(values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
