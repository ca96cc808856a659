package org.flowprior.config;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.flowprior.torch.DType;

/**
 * The fields of a JSON object that describes tensor files. Each method throws {@link IllegalArgumentException} with the
 * field's name if the field is missing or has a wrong type.
 *
 * @param json the object
 */
public record JsonFields(JsonObject json) {

    /**
     * Reads a file that has one object.
     *
     * @param kind   what a directory with this file is, such as {@code a feature bank}, for the message
     * @param reader converts the fields, or throws {@link IllegalArgumentException}
     * @throws IllegalArgumentException with a message that begins with the path
     */
    public static <T> T read(Path file, String kind, Function<JsonFields, T> reader) {
        try {
            return reader.apply(new JsonFields(JsonParser.parseString(Files.readString(file)).getAsJsonObject()));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file, so its directory is not " + kind, e);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": is not text in UTF-8", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (JsonParseException | IllegalStateException e) {
            throw new IllegalArgumentException(file + ": is not a JSON object", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** Returns a JSON array of the numbers, which must be finite. */
    public static JsonArray array(double... values) {
        JsonArray array = new JsonArray();
        Arrays.stream(values).forEach(array::add);
        return array;
    }

    /** Throws {@link IllegalArgumentException} with that message unless the condition holds. */
    public static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private <T> T get(String name, Class<T> type) {
        require(type.isInstance(json.get(name)), "field '" + name + "' is missing or of a wrong type");
        return type.cast(json.get(name));
    }

    private JsonPrimitive primitive(String name, Predicate<JsonPrimitive> type, String described) {
        JsonPrimitive value = get(name, JsonPrimitive.class);
        require(type.test(value), "field '" + name + "' must be " + described);
        return value;
    }

    /** Returns a string. */
    public String text(String name) {
        return primitive(name, JsonPrimitive::isString, "a string").getAsString();
    }

    /** Returns true or false. */
    public boolean truth(String name) {
        return primitive(name, JsonPrimitive::isBoolean, "true or false").getAsBoolean();
    }

    /** Returns a number. */
    public double number(String name) {
        return primitive(name, JsonPrimitive::isNumber, "a number").getAsDouble();
    }

    /** Returns an integer that float64 represents exactly. */
    public long integer(String name) {
        double value = number(name);
        require(value == Math.rint(value) && Math.abs(value) < 1L << 53, "field '" + name + "' must be an integer");
        return (long) value;
    }

    /** Returns a list of finite numbers. */
    public double[] numbers(String name) {
        return get(name, JsonArray.class).asList().stream().mapToDouble(e -> {
            require(e.isJsonPrimitive() && e.getAsJsonPrimitive().isNumber() && Double.isFinite(e.getAsDouble()),
                    "field '" + name + "' must be a list of numbers");
            return e.getAsDouble();
        }).toArray();
    }

    /** Returns a list of strings. */
    public List<String> texts(String name) {
        return get(name, JsonArray.class).asList().stream().map(e -> {
            require(isString(e), "field '" + name + "' must be a list of strings");
            return e.getAsString();
        }).toList();
    }

    /** Returns a list of objects. */
    public List<JsonFields> objects(String name) {
        return get(name, JsonArray.class).asList().stream().map(e -> {
            require(e instanceof JsonObject, "field '" + name + "' must be a list of objects");
            return new JsonFields(e.getAsJsonObject());
        }).toList();
    }

    /** Returns an object whose values are strings, in its order. */
    public Map<String, String> map(String name) {
        Map<String, String> map = new LinkedHashMap<>();
        get(name, JsonObject.class).asMap().forEach((key, value) -> {
            require(isString(value), "field '" + name + "." + key + "' must be a string");
            map.put(key, value.getAsString());
        });
        return map;
    }

    /** Returns an element type by its name. */
    public DType dtype(String name) {
        String dtype = text(name);
        return Arrays.stream(DType.values()).filter(d -> d.toString().equals(dtype)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("dtype '" + dtype + "' is unknown"));
    }

    private static boolean isString(JsonElement element) {
        return element instanceof JsonPrimitive primitive && primitive.isString();
    }
}
