package org.flowprior.torch.io;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * What stands for the Python globals that {@link PickleGlobal} does not have: inert objects, and plain values for the
 * numbers, texts, maps and lists of ruamel.yaml, in which the official training scripts keep their options.
 */
final class InertCalls {

    private static final String RUAMEL = "ruamel.yaml.";
    private static final Set<String> HOSTILE_MODULES = Set.of("os", "posix", "nt", "subprocess", "sys", "socket",
            "shutil", "importlib", "runpy", "pty", "ctypes", "pickle", "_pickle", "code", "commands", "webbrowser",
            "torch.hub");
    private static final Set<String> HOSTILE_NAMES = Set.of("builtins.eval", "builtins.exec", "builtins.compile",
            "builtins.open", "builtins.getattr", "builtins.setattr", "builtins.delattr", "builtins.input",
            "builtins.globals", "builtins.breakpoint", "torch.load", "torch.jit.load");

    private final PickleInput input;
    private final LongConsumer spend;

    InertCalls(PickleInput input, LongConsumer spend) {
        this.input = input;
        this.spend = spend;
    }

    /**
     * Returns what stands for an unknown global. Refuses names that no data needs: nothing here would call them, but a
     * user should know what the file does to Python.
     */
    InertObject global(String module, String name) {
        String full = (module.equals("__builtin__") ? "builtins" : module) + "." + name;
        if (HOSTILE_MODULES.contains(module) || HOSTILE_NAMES.contains(full) || name.contains("__")) {
            throw hostile(module, name);
        }
        return new InertObject(full);
    }

    FormatException hostile(String module, String name) {
        return input.refuse("refused: the pickle wants " + module + "." + name + ", which is not data");
    }

    /** Returns what a call of the global, or a new object of the class, would be. */
    Object made(InertObject global, PickleObjects.Tuple arguments) {
        spend.accept(arguments.size());
        Object plain = plain(global.type(), arguments);
        if (plain != null) {
            return plain;
        }
        InertObject object = new InertObject(global.type());
        if (!arguments.isEmpty()) {
            object.put("arguments", new PickleObjects.Tuple(arguments.stream().map(InertCalls::data).toArray()));
        }
        return object;
    }

    /** Returns the value of an object of ruamel.yaml, or null if it has none of its own. */
    private static Object plain(String type, List<?> arguments) {
        String name = type.startsWith(RUAMEL) ? type.substring(type.lastIndexOf('.') + 1) : "";
        if (arguments.isEmpty()) {
            return switch (name) {
                case "CommentedMap", "CommentedOrderedMap" -> new PickleObjects.OrderedDict();
                case "CommentedSeq" -> new PickleObjects.AttributedList();
                default -> null;
            };
        }
        Object value = arguments.size() == 1 ? arguments.getFirst() : null;
        if (name.equals("ScalarBoolean")) {
            return value instanceof Long number ? (Object) (number != 0) : null;
        }
        return name.endsWith("Float") && value instanceof Double || name.endsWith("Int") && value instanceof Number
                || name.endsWith("String") && value instanceof String ? value : null;
    }

    /** A known function, class or storage that is given to an inert object becomes inert too. */
    static Object data(Object value) {
        return PickleObjects.isMachinery(value)
                ? new InertObject(value instanceof PickleGlobal global ? global.python : "storage") : value;
    }

    /** Gives the object the attributes of its state: a dict, or a pair of a dict or None and a dict, or anything. */
    void build(InertObject object, Object state) {
        if (state instanceof PickleObjects.Tuple two && two.size() == 2 && two.get(1) instanceof Map<?, ?>
                && (two.get(0) == null || two.get(0) instanceof Map<?, ?>)) {
            two.forEach(half -> putAll(object, half));
        } else {
            putAll(object, state);
        }
    }

    private void putAll(InertObject object, Object state) {
        if (state instanceof Map<?, ?> attributes) {
            spend.accept(attributes.size());
            attributes.forEach(object::put);
        } else if (state != null) {
            object.put("state", data(state));
        }
    }
}
