package org.flowprior.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Between JSON and config records. A record's components are its keys: int, long, double, boolean, String, an enum
 * (its names in lower case) or a record. Every key must be there; the record's constructor checks ranges.
 */
final class ConfigBinder {

    private ConfigBinder() {}

    static <T extends Record> T bind(Class<T> type, JsonObject json) {
        return type.cast(record(type, json, ""));
    }

    private static Object record(Class<?> type, JsonObject json, String prefix) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = prefix + components[i].getName();
            JsonElement element = json.get(components[i].getName());
            if (element == null) {
                throw new RequestException("the config has no " + key);
            }
            values[i] = value(components[i].getType(), element, key);
        }
        try {
            Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw new RequestException("config: " + prefix + refused.getMessage(), refused);
            }
            throw new IllegalStateException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object value(Class<?> type, JsonElement element, String key) {
        if (type.isRecord()) {
            if (!element.isJsonObject()) {
                throw wrong(key, element, "a JSON object");
            }
            return record(type, element.getAsJsonObject(), key + ".");
        }
        if (!(element instanceof JsonPrimitive primitive)) {
            throw wrong(key, element, described(type));
        }
        if (type == boolean.class && primitive.isBoolean()) {
            return primitive.getAsBoolean();
        }
        if (type == String.class && primitive.isString()) {
            return primitive.getAsString();
        }
        if (type.isEnum() && primitive.isString()) {
            for (Object constant : type.getEnumConstants()) {
                if (name(constant).equals(primitive.getAsString())) {
                    return constant;
                }
            }
        }
        if (type.isPrimitive() && type != boolean.class && primitive.isNumber()) {
            return number(type, primitive, key);
        }
        throw wrong(key, element, described(type));
    }

    private static Number number(Class<?> type, JsonPrimitive primitive, String key) {
        try {
            BigDecimal exact = primitive.getAsBigDecimal();
            return type == int.class ? (Number) exact.intValueExact()
                    : type == long.class ? (Number) exact.longValueExact() : (Number) exact.doubleValue();
        } catch (ArithmeticException | NumberFormatException e) {
            throw wrong(key, primitive, described(type));
        }
    }

    /** Reads the text of {@code --set key=text} as JSON of that type. */
    static JsonPrimitive parse(Class<?> type, String key, String text) {
        if (type == String.class || type.isEnum()) {
            return new JsonPrimitive(text);
        }
        if (type == boolean.class) {
            if (!text.equals("true") && !text.equals("false")) {
                throw wrong(key, new JsonPrimitive(text), described(type));
            }
            return new JsonPrimitive(Boolean.valueOf(text));
        }
        try {
            return new JsonPrimitive(new BigDecimal(text.strip()));
        } catch (NumberFormatException e) {
            throw wrong(key, new JsonPrimitive(text), described(type));
        }
    }

    /** The record as JSON, every key written out. */
    static JsonObject json(Record config) {
        JsonObject json = new JsonObject();
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            json.add(component.getName(), switch (component(config, component)) {
                case Record nested -> json(nested);
                case Double number -> new JsonPrimitive(plain(number));
                case Number number -> new JsonPrimitive(number);
                case Boolean flag -> new JsonPrimitive(flag);
                case Enum<?> constant -> new JsonPrimitive(name(constant));
                case Object other -> new JsonPrimitive(other.toString());
            });
        }
        return json;
    }

    private static Object component(Record config, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(config);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The shortest decimal that reads back as the same double, in digits where people write digits. */
    private static Number plain(double value) {
        boolean digits = value == 0 || Math.abs(value) >= 1e-5 && Math.abs(value) < 1e7;
        return digits ? new BigDecimal(new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString())
                : (Number) value;
    }

    private static String name(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String described(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants()).map(ConfigBinder::name).collect(Collectors.joining(", ",
                    type.getEnumConstants().length == 1 ? "" : "one of ", ""));
        }
        return type == boolean.class ? "true or false" : type == String.class ? "a text"
                : type == double.class ? "a number" : "a whole number";
    }

    private static RequestException wrong(String key, JsonElement found, String wanted) {
        return new RequestException("config: " + key + " must be " + wanted + ", not " + Json.line(found));
    }
}
