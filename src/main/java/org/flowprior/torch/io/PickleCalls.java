package org.flowprior.torch.io;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the functions and classes of {@link PickleGlobal} do. Copies that they make, which a pickle can ask for again
 * and again in a few bytes, are limited to the pickle's own size.
 */
final class PickleCalls {

    private static final int LONG_KEY = 64;

    private final PickleInput input;
    private final PickleTensors tensors;
    private long budget;

    PickleCalls(PickleInput input, TensorMaker maker) {
        this.input = input;
        this.tensors = new PickleTensors(input, maker, this::spend);
        this.budget = input.size();
    }

    /** A dict that may be given attributes, which are not kept. */
    static final class OrderedDict extends LinkedHashMap<Object, Object> {
        private static final long serialVersionUID = 1;
    }

    /** The attributes of an {@code argparse.Namespace}. */
    static final class Namespace extends LinkedHashMap<Object, Object> {
        private static final long serialVersionUID = 1;
    }

    private void spend(long cost) {
        budget -= cost;
        if (budget < 0) {
            throw input.refuse("refused: the pickle unfolds to more than it holds");
        }
    }

    /** Calls the function. */
    Object call(Object function, Object arguments) {
        if (!(function instanceof PickleGlobal global) || !(arguments instanceof PickleTuple tuple)) {
            throw input.refuse("refused: the pickle calls what is no function");
        }
        return switch (global) {
            case ORDERED_DICT -> orderedDict(tuple);
            case SET -> set(tuple);
            case ENCODE -> encode(tuple);
            case SIZE -> tuple.isEmpty() ? new PickleTuple() : argument(global, tuple, 0, PickleTuple.class);
            case DEVICE -> device(tuple);
            case REBUILD_FROM_TYPE -> call(fromType(tuple), argument(global, tuple, 2, PickleTuple.class));
            case REBUILD_TENSOR, REBUILD_TENSOR_V2, REBUILD_TENSOR_V3 -> tensors.tensor(global, tuple);
            case REBUILD_PARAMETER, REBUILD_PARAMETER_WITH_STATE -> tensors.parameter(global, tuple);
            case NAMESPACE, TENSOR, PARAMETER ->
                    throw input.refuse("refused: the pickle calls " + global.python + ", which is not data");
        };
    }

    /** Makes an object of the class, without attributes. */
    Object create(Object type, Object arguments) {
        if (arguments instanceof PickleTuple tuple && tuple.isEmpty() && type instanceof PickleGlobal global) {
            switch (global) {
                case NAMESPACE:
                    return new Namespace();
                case ORDERED_DICT:
                    return new OrderedDict();
                case PARAMETER:
                    return new PickleParameter();
                default:
            }
        }
        throw input.refuse("refused: the pickle makes an object of "
                + (type instanceof PickleGlobal global ? global.python : "what is no class"));
    }

    /** The storage that a persistent id means. */
    PickleStorage storage(Object id) {
        return tensors.storage(id);
    }

    /** Gives the object its attributes, and returns it or what takes its place. */
    Object build(Object object, Object state) {
        if (object instanceof PickleParameter) {
            return tensors.oldParameter(state);
        }
        if (object instanceof Namespace namespace && state instanceof Map<?, ?> attributes) {
            spend(attributes.size());
            attributes.forEach(namespace::put);
        } else if (!(object instanceof OrderedDict)) {
            throw input.refuse("refused: the pickle sets the state of what is plain data");
        }
        return object;
    }

    private OrderedDict orderedDict(PickleTuple arguments) {
        OrderedDict dict = new OrderedDict();
        if (!arguments.isEmpty()) {
            List<?> pairs = argument(PickleGlobal.ORDERED_DICT, arguments, 0, List.class);
            spend(pairs.size());
            for (Object pair : pairs) {
                if (!(pair instanceof List<?> two) || two.size() != 2) {
                    throw wrongArguments(PickleGlobal.ORDERED_DICT);
                }
                put(dict, two.get(0), two.get(1));
            }
        }
        return dict;
    }

    private Set<Object> set(PickleTuple arguments) {
        Set<Object> set = new LinkedHashSet<>();
        List<?> items = argument(PickleGlobal.SET, arguments, 0, List.class);
        spend(items.size());
        items.forEach(item -> set.add(key(item)));
        return set;
    }

    private byte[] encode(PickleTuple arguments) {
        String text = argument(PickleGlobal.ENCODE, arguments, 0, String.class);
        spend(text.length());
        if (!argument(PickleGlobal.ENCODE, arguments, 1, String.class).equals("latin1")
                || !StandardCharsets.ISO_8859_1.newEncoder().canEncode(text)) {
            throw wrongArguments(PickleGlobal.ENCODE);
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private String device(PickleTuple arguments) {
        String type = argument(PickleGlobal.DEVICE, arguments, 0, String.class);
        return arguments.size() == 1 ? type : type + ":" + argument(PickleGlobal.DEVICE, arguments, 1, Long.class);
    }

    /** Tensors with attributes of their own, which are not kept, name their true function. */
    private PickleGlobal fromType(PickleTuple arguments) {
        PickleGlobal function = argument(PickleGlobal.REBUILD_FROM_TYPE, arguments, 0, PickleGlobal.class);
        PickleGlobal type = argument(PickleGlobal.REBUILD_FROM_TYPE, arguments, 1, PickleGlobal.class);
        if (function == PickleGlobal.REBUILD_FROM_TYPE || type != PickleGlobal.TENSOR
                && type != PickleGlobal.PARAMETER) {
            throw wrongArguments(PickleGlobal.REBUILD_FROM_TYPE);
        }
        return function;
    }

    private <T> T argument(PickleGlobal function, PickleTuple arguments, int index, Class<T> type) {
        if (index >= arguments.size() || !type.isInstance(arguments.get(index))) {
            throw wrongArguments(function);
        }
        return type.cast(arguments.get(index));
    }

    private FormatException wrongArguments(PickleGlobal function) {
        return input.refuse("the pickle calls " + function.python + " with arguments of the wrong kind");
    }

    /** Puts an entry into a dict. */
    void put(Map<Object, Object> dict, Object key, Object value) {
        dict.put(key(key), value(value));
    }

    /**
     * The object, which must be a scalar: containers, and long texts again and again, could take forever to compare.
     */
    Object key(Object key) {
        if (key instanceof String text) {
            spend(text.length() / LONG_KEY);
            return key;
        }
        if (key == null || key instanceof Long || key instanceof Double || key instanceof Boolean) {
            return key;
        }
        throw input.refuse("a key of a dict or set in the pickle is no text and no number");
    }

    /** The object, which must be data. */
    Object value(Object value) {
        if (PickleTuple.isMachinery(value)) {
            throw input.refuse("refused: the pickle holds a function, a class or a bare storage as a value");
        }
        return value;
    }
}
