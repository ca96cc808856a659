package org.flowprior.torch.io;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs the functions and classes of {@link PickleGlobal}. A pickle can request copies again and again in a few bytes,
 * so the copies made in all are limited to the pickle's own size.
 */
final class PickleCalls {

    private static final int LONG_KEY = 64;

    private final PickleInput input;
    private final PickleTensors tensors;
    private final InertCalls inert;
    private final PickleBudget memory;
    private long copies;

    PickleCalls(PickleInput input, TensorMaker maker, PickleBudget memory) {
        this.input = input;
        this.tensors = new PickleTensors(input, maker, this::spend);
        this.inert = new InertCalls(input, this::spend);
        this.memory = memory;
        this.copies = input.size();
    }

    private void spend(long cost) {
        copies -= cost;
        if (copies < 0) {
            throw input.refuse("refused: the pickle unfolds to more than it holds");
        }
    }

    /** Returns the function, class, storage type or dtype of that name, an inert object if it is unknown. */
    Object global(String module, String name) {
        Object known = PickleGlobal.named(module, name);
        return known == null ? inert.global(module, name) : known;
    }

    /** Refuses the function of a call by name that {@code torch.save} never writes. */
    FormatException hostile(String module, String name) {
        return inert.hostile(module, name);
    }

    /** Calls the function. */
    Object call(Object function, Object arguments) {
        if (function instanceof InertObject global && arguments instanceof PickleObjects.Tuple tuple) {
            return inert.made(global, tuple);
        }
        if (!(function instanceof PickleGlobal global) || !(arguments instanceof PickleObjects.Tuple tuple)) {
            throw input.refuse("refused: the pickle calls something that is not a function");
        }
        return switch (global) {
            case ORDERED_DICT -> orderedDict(tuple);
            case SET -> set(tuple);
            case ENCODE -> encode(tuple);
            case SIZE ->
                    tuple.isEmpty() ? new PickleObjects.Tuple() : argument(global, tuple, 0, PickleObjects.Tuple.class);
            case DEVICE -> device(tuple);
            case REBUILD_FROM_TYPE -> call(fromType(tuple), argument(global, tuple, 2, PickleObjects.Tuple.class));
            case REBUILD_TENSOR, REBUILD_TENSOR_V2, REBUILD_TENSOR_V3 -> {
                memory.take(PickleBudget.TENSOR);
                yield tensors.tensor(global, tuple);
            }
            case REBUILD_PARAMETER, REBUILD_PARAMETER_WITH_STATE -> tensors.parameter(global, tuple);
            case NAMESPACE, TENSOR, PARAMETER ->
                    throw input.refuse("refused: the pickle calls " + global.python + ", which is not data");
        };
    }

    /** Makes an object of the class, without attributes. */
    Object create(Object type, Object arguments) {
        if (type instanceof InertObject) {
            return call(type, arguments);
        }
        if (arguments instanceof PickleObjects.Tuple tuple && tuple.isEmpty() && type instanceof PickleGlobal global) {
            switch (global) {
                case NAMESPACE:
                    return new PickleObjects.Namespace();
                case ORDERED_DICT:
                    return new PickleObjects.OrderedDict();
                case PARAMETER:
                    return new PickleObjects.OldParameter();
                default:
            }
        }
        throw input.refuse("refused: the pickle makes an object of "
                + (type instanceof PickleGlobal global ? global.python : "something that is not a class"));
    }

    /** Finds the storage that a persistent id means. */
    PickleStorage storage(Object id) {
        return tensors.storage(id);
    }

    /** Gives the object its attributes, and returns it or its replacement. */
    Object build(Object object, Object state) {
        if (object instanceof PickleObjects.OldParameter) {
            return tensors.oldParameter(state);
        }
        switch (object) {
            case PickleObjects.Namespace namespace when state instanceof Map<?, ?> attributes -> {
                spend(attributes.size());
                attributes.forEach(namespace::put);
            }
            case InertObject unknown -> inert.build(unknown, state);
            // How ruamel.yaml wrote a value: comments, quotes, digits.
            case PickleObjects.OrderedDict dict -> {}
            case PickleObjects.AttributedList list -> {}
            case Number number -> {}
            case Boolean flag -> {}
            case String text -> {}
            case null, default -> throw input.refuse("refused: the pickle sets the state of plain data");
        }
        return object;
    }

    private PickleObjects.OrderedDict orderedDict(PickleObjects.Tuple arguments) {
        PickleObjects.OrderedDict dict = new PickleObjects.OrderedDict();
        if (!arguments.isEmpty()) {
            List<?> pairs = argument(PickleGlobal.ORDERED_DICT, arguments, 0, List.class);
            spend(pairs.size());
            for (Object pair : pairs) {
                if (!(pair instanceof List<?> two) || two.size() != 2) {
                    throw input.wrongArguments(PickleGlobal.ORDERED_DICT);
                }
                put(dict, two.get(0), two.get(1));
            }
        }
        return dict;
    }

    private Set<Object> set(PickleObjects.Tuple arguments) {
        Set<Object> set = new LinkedHashSet<>();
        List<?> items = argument(PickleGlobal.SET, arguments, 0, List.class);
        spend(items.size());
        items.forEach(item -> set.add(key(item)));
        return set;
    }

    private byte[] encode(PickleObjects.Tuple arguments) {
        String text = argument(PickleGlobal.ENCODE, arguments, 0, String.class);
        spend(text.length());
        if (!argument(PickleGlobal.ENCODE, arguments, 1, String.class).equals("latin1")
                || !StandardCharsets.ISO_8859_1.newEncoder().canEncode(text)) {
            throw input.wrongArguments(PickleGlobal.ENCODE);
        }
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private String device(PickleObjects.Tuple arguments) {
        String type = argument(PickleGlobal.DEVICE, arguments, 0, String.class);
        return arguments.size() == 1 ? type : type + ":" + argument(PickleGlobal.DEVICE, arguments, 1, Long.class);
    }

    /** Returns the function that makes a tensor with attributes, which are not kept. */
    private PickleGlobal fromType(PickleObjects.Tuple arguments) {
        PickleGlobal function = argument(PickleGlobal.REBUILD_FROM_TYPE, arguments, 0, PickleGlobal.class);
        PickleGlobal type = argument(PickleGlobal.REBUILD_FROM_TYPE, arguments, 1, PickleGlobal.class);
        if (function == PickleGlobal.REBUILD_FROM_TYPE || type != PickleGlobal.TENSOR
                && type != PickleGlobal.PARAMETER) {
            throw input.wrongArguments(PickleGlobal.REBUILD_FROM_TYPE);
        }
        return function;
    }

    private <T> T argument(PickleGlobal function, PickleObjects.Tuple arguments, int index, Class<T> type) {
        if (index >= arguments.size() || !type.isInstance(arguments.get(index))) {
            throw input.wrongArguments(function);
        }
        return type.cast(arguments.get(index));
    }

    /** Puts an entry into a dict. */
    void put(Map<Object, Object> dict, Object key, Object value) {
        dict.put(key(key), value(value));
    }

    /** Puts an entry into an inert object. */
    void put(InertObject object, Object key, Object value) {
        object.put(key(key), value(value));
    }

    /** Returns the object, which must be a scalar: comparing containers, or long texts many times, could take hours. */
    Object key(Object key) {
        if (key instanceof String text) {
            spend(text.length() / LONG_KEY);
        } else if (key != null && !(key instanceof InertObject) && !(key instanceof Long) && !(key instanceof Double) && !(key instanceof Boolean)) {
            throw input.refuse("a key of a dict or set in the pickle is not a text and not a number");
        }
        return key;
    }

    /** Returns the object, which must be data. */
    Object value(Object value) {
        if (PickleObjects.isMachinery(value)) {
            throw input.refuse("refused: the pickle holds a function, a class or a bare storage as a value");
        }
        return value;
    }
}
