package org.flowprior.torch.io;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A Python object, class or function in a {@code .pt} file that flowprior does not know. Nothing of it was imported,
 * made or called: it is a name, and the data that the file gives to it.
 */
public final class InertObject {

    private final String type;
    private final Map<Object, Object> parts = new LinkedHashMap<>();

    InertObject(String type) {
        this.type = type;
    }

    /** Returns the full Python name of the class or function: {@code datetime.datetime}. */
    public String type() {
        return type;
    }

    /**
     * Returns the data that came with the object: {@code arguments}, a List, if it has any; attributes and entries under
     * their names; items of a list under 0, 1, and so on.
     */
    public Map<Object, Object> parts() {
        return Collections.unmodifiableMap(parts);
    }

    void put(Object key, Object value) {
        parts.put(key, value);
    }

    void add(Object value) {
        parts.put((long) parts.size(), value);
    }

    /** Names the type, without the parts, which may contain this object. */
    @Override
    public String toString() {
        return "inert " + type;
    }
}
