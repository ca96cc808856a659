package org.flowprior.config;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A key of a config, or a group of keys, with its meaning: the {@code @param} text of the record's component.
 *
 * @param name    with dots between the levels, such as {@code training.steps}
 * @param type    int, long, double, boolean, String or an enum; a record for a group
 * @param path    whether it is the path of a file or a directory, see {@link FilePath}
 * @param meaning one line of plain text
 */
public record ConfigKey(String name, Class<?> type, boolean path, String meaning) {

    /** The resource that {@code tools/generate-config-help} writes. */
    private static final String MEANINGS = "meanings.properties";

    /**
     * Returns the keys of a config, each group before its keys, in the order of the record's components.
     *
     * @throws IllegalArgumentException if the record or one inside it is not that of a stage's config
     */
    public static List<ConfigKey> of(Class<? extends Record> config) {
        List<ConfigKey> keys = new ArrayList<>();
        collect(config, "", meanings(), keys);
        return List.copyOf(keys);
    }

    /** Returns whether this is a group of keys. */
    public boolean isGroup() {
        return type.isRecord();
    }

    /** Returns the values that it takes, such as {@code true or false}. */
    public String values() {
        return ConfigBinder.CONFIG.described(type);
    }

    private static void collect(Class<?> group, String prefix, Properties meanings, List<ConfigKey> keys) {
        for (RecordComponent component : group.getRecordComponents()) {
            String meaning = meanings.getProperty(group.getName() + "." + component.getName());
            if (meaning == null) {
                throw new IllegalArgumentException(group.getName() + "." + component.getName() + " is not in "
                        + MEANINGS + "; tools/generate-config-help adds it");
            }
            String name = prefix + component.getName();
            keys.add(new ConfigKey(name, component.getType(), component.isAnnotationPresent(FilePath.class), meaning));
            if (component.getType().isRecord()) {
                collect(component.getType(), name + ".", meanings, keys);
            }
        }
    }

    private static Properties meanings() {
        Properties meanings = new Properties();
        try (Reader in = new InputStreamReader(ConfigKey.class.getResourceAsStream(MEANINGS), StandardCharsets.UTF_8)) {
            meanings.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return meanings;
    }
}
