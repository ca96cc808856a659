package org.flowprior.config;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.BiFunction;

/** Makes changed copies of config records. */
public final class ConfigRecords {

    private ConfigRecords() {}

    /**
     * Returns a copy with another value of one component.
     *
     * @throws IllegalArgumentException if the record refuses the value, or has no such component
     */
    public static <T extends Record> T with(T config, String component, Object value) {
        if (Arrays.stream(config.getClass().getRecordComponents()).noneMatch(c -> c.getName().equals(component))) {
            throw new IllegalArgumentException(config.getClass().getName() + " has no " + component);
        }
        return copy(config, (c, old) -> c.getName().equals(component) ? value : old);
    }

    /** Returns a copy in which all texts marked as {@link FilePath}, also in nested records, are absolute paths. */
    public static <T extends Record> T withAbsolutePaths(T config) {
        return copy(config, (component, value) -> {
            FilePath mark = component.getAnnotation(FilePath.class);
            return value instanceof Record inner ? withAbsolutePaths(inner)
                    : mark == null ? value : absolute((String) value, mark.except());
        });
    }

    private static String absolute(String text, String except) {
        Path path = Path.of(text);
        boolean stays = text.isEmpty() || !except.isEmpty() && path.getFileName() != null
                && path.getFileName().toString().startsWith(except);
        return stays ? text : path.toAbsolutePath().normalize().toString();
    }

    @SuppressWarnings("unchecked")
    private static <T extends Record> T copy(T config, BiFunction<RecordComponent, Object, Object> change) {
        return (T) create(config.getClass(), Arrays.stream(config.getClass().getRecordComponents())
                .map(component -> change.apply(component, value(config, component))).toArray());
    }

    static Object value(Record config, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes a record with these values. Throws an {@link IllegalArgumentException} that its constructor throws. */
    static Object create(Class<?> type, Object... values) {
        try {
            var constructor = type.getDeclaredConstructor(Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType).toArray(Class<?>[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw e.getCause() instanceof IllegalArgumentException refused ? refused : new IllegalStateException(e);
        }
    }
}
