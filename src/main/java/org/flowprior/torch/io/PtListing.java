package org.flowprior.torch.io;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lists the object of a {@code .pt} file as lines. A container that comes again, even inside itself, is listed once,
 * and long names and values are cut, so that a list takes no more room than the pickle.
 */
final class PtListing {

    private static final int LONGEST_VALUE = 80;
    private static final int LONGEST_NAME = 1000;
    /** Longer lists of scalars are listed item by item. */
    private static final int LONGEST_ROW = 20;
    /** Deeper containers are named but not opened, so that no pickle exhausts the stack. */
    private static final int DEEPEST = 100;

    private final List<TensorFiles.Entry> entries = new ArrayList<>();
    private final Map<Object, String> seen = new IdentityHashMap<>();

    private PtListing() {}

    static List<TensorFiles.Entry> of(Object root) {
        PtListing listing = new PtListing();
        listing.add("", root, 0);
        return listing.entries;
    }

    private void add(String name, Object value, int depth) {
        switch (value) {
            case TensorMaker.Description t ->
                    entries.add(TensorFiles.Entry.tensor(name, t.dtype(), t.shape(), t.note()));
            case Map<?, ?> map when map.isEmpty() -> addValue(name, "{}");
            case List<?> list when isRow(list) -> addValue(name, list.toString());
            case Map<?, ?> map -> {
                if (isOpened(name, map, depth, map.size())) {
                    map.forEach((key, part) -> addPart(name, key, part, depth));
                }
            }
            case List<?> list -> {
                if (isOpened(name, list, depth, list.size())) {
                    for (int i = 0; i < list.size(); i++) {
                        addPart(name, i, list.get(i), depth);
                    }
                }
            }
            case InertObject object -> {
                addValue(name, object + ", not read");
                if (seen.putIfAbsent(object, name) == null && depth < DEEPEST) {
                    object.parts().forEach((key, part) -> addPart(name, key, part, depth));
                }
            }
            case Set<?> set -> addValue(name, "set of " + set.size());
            case byte[] bytes -> addValue(name, bytes.length + " bytes");
            case null -> addValue(name, "None");
            default -> addValue(name, value.toString());
        }
    }

    private void addValue(String name, String value) {
        entries.add(TensorFiles.Entry.value(name, shorten(value, LONGEST_VALUE).replaceAll("\\s+", " ")));
    }

    private static String shorten(String text, int longest) {
        return text.length() <= longest ? text : text.substring(0, longest - 1) + "…";
    }

    /** Returns whether the parts of a container are listed; if not, lists the container as a value. */
    private boolean isOpened(String name, Object container, int depth, int size) {
        String before = seen.putIfAbsent(container, name);
        if (before != null) {
            addValue(name, "the same as '" + before + "'");
        } else if (depth == DEEPEST) {
            addValue(name, size + " parts, too deep to list");
        }
        return before == null && depth < DEEPEST;
    }

    private void addPart(String name, Object key, Object part, int depth) {
        String path = name.isEmpty() ? String.valueOf(key) : name + "." + key;
        add(shorten(path, LONGEST_NAME), part, depth + 1);
    }

    /** A short list of scalars takes one line. */
    private static boolean isRow(List<?> list) {
        return list.size() <= LONGEST_ROW && list.stream().allMatch(v -> v == null || v instanceof Number
                || v instanceof Boolean || v instanceof String text && text.length() <= LONGEST_VALUE);
    }
}
