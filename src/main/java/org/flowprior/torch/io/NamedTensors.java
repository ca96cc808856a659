package org.flowprior.torch.io;

import java.nio.file.Path;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.torch.Tensor;

/**
 * Collects the tensors of the nested dicts and lists of a {@code .pt} file under their keys, joined with dots. What
 * lies in itself or more than 100 levels deep is left out, and a file whose names would fill the memory is refused.
 */
final class NamedTensors {

    private static final int DEEPEST = 100;
    /** Characters of all names together. */
    private static final long LONGEST = 1 << 26;

    private final Path file;
    private final Map<String, Tensor> found = new LinkedHashMap<>();
    private final Set<Object> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private long characters;

    private NamedTensors(Path file) {
        this.file = file;
    }

    static Map<String, Tensor> of(Path file, Object root) {
        NamedTensors tensors = new NamedTensors(file);
        tensors.add("", root);
        return tensors.found;
    }

    private void add(String name, Object value) {
        switch (value) {
            case Tensor tensor -> found.put(name, tensor);
            case Map<?, ?> map when open.size() < DEEPEST && open.add(map) -> {
                map.forEach((key, part) -> addPart(name, key, part));
                open.remove(map);
            }
            case List<?> list when open.size() < DEEPEST && open.add(list) -> {
                for (int i = 0; i < list.size(); i++) {
                    addPart(name, i, list.get(i));
                }
                open.remove(list);
            }
            case null, default -> {}
        }
    }

    private void addPart(String name, Object key, Object part) {
        if (!(part instanceof Tensor || part instanceof Map || part instanceof List)) {
            return;
        }
        String own = key instanceof Map || key instanceof List ? "?" : String.valueOf(key);
        characters += name.length() + own.length() + 1;
        if (characters > LONGEST) {
            throw new FormatException(file, "refused: its dicts lie in each other too often");
        }
        add(name.isEmpty() ? own : name + "." + own, part);
    }
}
