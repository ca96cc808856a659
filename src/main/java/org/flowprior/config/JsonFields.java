package org.flowprior.config;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.flowprior.torch.DType;

/**
 * The fields of a JSON object that describes tensor files, each of which must be there and of its type: everything here
 * throws {@link IllegalArgumentException} that names the field which is not.
 *
 * @param json the object
 */
public record JsonFields(JsonObject json) {

    /**
     * Reads a file that holds one object.
     *
     * @param kind   what its directory is not, where there is no such file: a feature bank
     * @param reader makes something of the fields, or refuses them
     * @throws IllegalArgumentException that begins with the path and says what is wrong
     */
    public static <T> T read(Path file, String kind, Function<JsonFields, T> reader) {
        try {
            return reader.apply(new JsonFields(JsonParser.parseString(Files.readString(file)).getAsJsonObject()));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(file + ": no such file, so its directory is not " + kind, e);
        } catch (IOException e) {
            throw new IllegalArgumentException(file + ": cannot be read: " + e.getMessage(), e);
        } catch (JsonParseException | IllegalStateException e) {
            throw new IllegalArgumentException(file + ": is not a JSON object", e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    /** A JSON array of the numbers, which must be finite. */
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

    private JsonPrimitive primitive(String name) {
        return get(name, JsonPrimitive.class);
    }

    /** A string. */
    public String text(String name) {
        require(primitive(name).isString(), "field '" + name + "' must be a string");
        return primitive(name).getAsString();
    }

    /** True or false. */
    public boolean truth(String name) {
        require(primitive(name).isBoolean(), "field '" + name + "' must be true or false");
        return primitive(name).getAsBoolean();
    }

    /** A number. */
    public double number(String name) {
        require(primitive(name).isNumber(), "field '" + name + "' must be a number");
        return primitive(name).getAsDouble();
    }

    /** A whole number that float64 holds exactly. */
    public long integer(String name) {
        double value = number(name);
        require(value == Math.rint(value) && Math.abs(value) < 1L << 53, "field '" + name + "' must be an integer");
        return (long) value;
    }

    /** A list of finite numbers. */
    public double[] numbers(String name) {
        return get(name, JsonArray.class).asList().stream().mapToDouble(e -> {
            require(e.isJsonPrimitive() && e.getAsJsonPrimitive().isNumber() && Double.isFinite(e.getAsDouble()),
                    "field '" + name + "' must be a list of numbers");
            return e.getAsDouble();
        }).toArray();
    }

    /** A list of strings. */
    public List<String> texts(String name) {
        return get(name, JsonArray.class).asList().stream().map(e -> {
            require(isString(e), "field '" + name + "' must be a list of strings");
            return e.getAsString();
        }).toList();
    }

    /** A list of objects. */
    public List<JsonFields> objects(String name) {
        return get(name, JsonArray.class).asList().stream().map(e -> {
            require(e instanceof JsonObject, "field '" + name + "' must be a list of objects");
            return new JsonFields(e.getAsJsonObject());
        }).toList();
    }

    /** An object whose values are strings, in its order. */
    public Map<String, String> map(String name) {
        Map<String, String> map = new LinkedHashMap<>();
        get(name, JsonObject.class).asMap().forEach((key, value) -> {
            require(isString(value), "field '" + name + "." + key + "' must be a string");
            map.put(key, value.getAsString());
        });
        return map;
    }

    /** An element type by its name. */
    public DType dtype(String name) {
        String dtype = text(name);
        return Arrays.stream(DType.values()).filter(d -> d.toString().equals(dtype)).findFirst().orElseThrow(
                () -> new IllegalArgumentException("dtype '" + dtype + "' is none that this program knows"));
    }

    private static boolean isString(JsonElement element) {
        return element instanceof JsonPrimitive primitive && primitive.isString();
    }
}
