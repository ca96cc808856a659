package org.flowprior.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Converts JSON to records and back. A record's components are its keys: int, long, double, boolean, String, an enum, a
 * record, or a sealed interface of records that have a {@link VariantName}. Every key must be there unless its {@link
 * JsonKey} says otherwise. The record's constructor checks ranges; {@link Checked} checks several components together.
 */
enum ConfigBinder {

    /** For configs that people write: enum constants in lower case with hyphens, numbers without an exponent. */
    CONFIG,

    /** For the metadata of files: enum constants and numbers as Java writes them. */
    METADATA;

    <T extends Record> T bind(Class<T> type, JsonObject json) {
        return type.cast(record(type, json, ""));
    }

    private Object record(Class<?> type, JsonObject json, String prefix) {
        Object[] values = Arrays.stream(type.getRecordComponents())
                .map(component -> component(component, json, prefix)).toArray();
        try {
            Object made = ConfigRecords.create(type, values);
            if (made instanceof Checked checked) {
                checked.check();
            }
            return made;
        } catch (IllegalArgumentException refused) {
            String message = (this == CONFIG ? "config: " + prefix : "") + refused.getMessage();
            throw new RequestException(message, refused);
        }
    }

    private Object component(RecordComponent component, JsonObject json, String prefix) {
        if (component.getType().isInterface()) {
            return variant(component, json, prefix);
        }
        JsonKey form = component.getAnnotation(JsonKey.class);
        String name = component.getName();
        if (form != null && form.optional() && (!json.has(name) || json.get(name).isJsonNull())) {
            return null;
        }
        return value(component.getType(), required(json, name, prefix), prefix + name);
    }

    private Object variant(RecordComponent component, JsonObject json, String prefix) {
        Class<?>[] variants = component.getType().getPermittedSubclasses();
        String valueKey = valueKey(component);
        if (valueKey.isEmpty()) {
            Class<?> found = Arrays.stream(variants).filter(v -> json.has(variantName(v))).findFirst()
                    .orElse(variants[0]);
            return value(found, required(json, variantName(found), prefix), prefix + variantName(found));
        }
        String key = component.getName();
        Object name = value(String.class, required(json, key, prefix), prefix + key);
        Class<?> found = Arrays.stream(variants).filter(v -> variantName(v).equals(name)).findFirst()
                .orElseThrow(() -> new RequestException("there is no " + key + " '" + name + "'"));
        return value(found, required(json, valueKey, prefix), prefix + valueKey);
    }

    private static String valueKey(RecordComponent component) {
        JsonKey form = component.getAnnotation(JsonKey.class);
        return form == null ? "" : form.variantValue();
    }

    private static String variantName(Class<?> variant) {
        return variant.getAnnotation(VariantName.class).value();
    }

    private JsonElement required(JsonObject json, String name, String prefix) {
        JsonElement element = json.get(name);
        if (element == null) {
            throw new RequestException(this == CONFIG ? "the config has no " + prefix + name
                    : "it has no '" + prefix + name + "'");
        }
        return element;
    }

    private Object value(Class<?> type, JsonElement element, String key) {
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

    private Number number(Class<?> type, JsonPrimitive primitive, String key) {
        try {
            BigDecimal exact = primitive.getAsBigDecimal();
            return type == int.class ? (Number) exact.intValueExact()
                    : type == long.class ? (Number) exact.longValueExact() : (Number) exact.doubleValue();
        } catch (ArithmeticException | NumberFormatException e) {
            boolean large = type != double.class && isWhole(primitive);
            throw wrong(key, primitive, !large ? described(type) : "a whole number from "
                    + (type == int.class ? Integer.MIN_VALUE + " to " + Integer.MAX_VALUE
                            : Long.MIN_VALUE + " to " + Long.MAX_VALUE));
        }
    }

    private static boolean isWhole(JsonPrimitive number) {
        try {
            return number.getAsBigDecimal().stripTrailingZeros().scale() <= 0;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    /** Returns the text of {@code --set key=text} as JSON of the type. */
    JsonPrimitive parse(Class<?> type, String key, String text) {
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

    /** Returns the record as JSON with every key. */
    JsonObject json(Record config) {
        JsonObject json = new JsonObject();
        for (RecordComponent component : config.getClass().getRecordComponents()) {
            Object value = ConfigRecords.value(config, component);
            String key = component.getName();
            if (component.getType().isInterface()) {
                String variant = variantName(value.getClass());
                String valueKey = valueKey(component);
                if (!valueKey.isEmpty()) {
                    json.addProperty(key, variant);
                }
                key = valueKey.isEmpty() ? variant : valueKey;
            }
            if (value != null) {
                json.add(key, element(value));
            }
        }
        return json;
    }

    private JsonElement element(Object value) {
        return switch (value) {
            case Record nested -> json(nested);
            case Double number -> new JsonPrimitive(this == CONFIG ? plain(number) : number);
            case Number number -> new JsonPrimitive(number);
            case Boolean flag -> new JsonPrimitive(flag);
            case Enum<?> constant -> new JsonPrimitive(name(constant));
            case Object other -> new JsonPrimitive(other.toString());
        };
    }

    /** Returns the shortest decimal that reads back as the same double, without an exponent from 1e-5 to 1e7. */
    private static Number plain(double value) {
        boolean digits = value == 0 || Math.abs(value) >= 1e-5 && Math.abs(value) < 1e7;
        return digits ? new BigDecimal(new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString())
                : (Number) value;
    }

    private String name(Object constant) {
        String name = ((Enum<?>) constant).name();
        return this == CONFIG ? name.toLowerCase(Locale.ROOT).replace('_', '-') : name;
    }

    /** Returns the values that a key of the type takes, such as {@code true or false}. */
    String described(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants()).map(this::name).collect(Collectors.joining(", ",
                    type.getEnumConstants().length == 1 ? "" : "one of ", ""));
        }
        return type == boolean.class ? "true or false" : type == String.class ? "a text"
                : type == double.class ? "a number" : "a whole number";
    }

    private RequestException wrong(String key, JsonElement found, String wanted) {
        return new RequestException((this == CONFIG ? "config: " : "") + key + " must be " + wanted + ", not "
                + Json.line(found));
    }
}
