package org.flowprior.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads JSON that extends presets: {@code "extends": "NAME"} takes missing keys from a preset of the same stage. In a
 * group of keys, {@code "extends": "STAGE/NAME"} takes missing keys from the same group of that stage's preset.
 */
final class Presets {

    private static final String EXTENDS = "extends";

    private Presets() {}

    /** Returns the class path of a preset. */
    static String resource(String stage, String name) {
        return "/org/flowprior/presets/" + stage + "/" + name + ".json";
    }

    /** Reads a preset, with the keys that it takes from others. */
    static JsonObject read(String stage, String name) {
        return read(stage, name, resource(stage, name), List.of());
    }

    /**
     * Adds to the JSON of a file the keys that it takes from others.
     *
     * @param source    the file, for messages
     * @param otherwise the preset to extend if the file does not name one
     */
    static JsonObject complete(JsonObject own, String source, String stage, String otherwise) {
        if (!own.has(EXTENDS)) {
            own.addProperty(EXTENDS, otherwise);
        }
        return complete(own, source, stage, List.of());
    }

    /** Returns the JSON of a file with missing keys taken from {@code defaults}. */
    static JsonObject over(JsonObject defaults, JsonObject own, String source) {
        own.entrySet().forEach(entry -> entry.setValue(group(entry.getKey(), entry.getValue(), source, List.of())));
        overlay(defaults, own);
        return defaults;
    }

    private static JsonObject read(String stage, String name, String source, List<String> extending) {
        String resource = resource(stage, name);
        List<String> chain = Stream.concat(extending.stream(), Stream.of(stage + "/" + name)).toList();
        if (extending.contains(chain.getLast())) {
            throw new RequestException(source + ": presets extend each other in a circle: " + String.join(", ", chain));
        }
        try (InputStream in = Presets.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new RequestException(source + ": there is no preset " + chain.getLast());
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return complete(Json.parse(text, resource), resource, stage, chain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonObject complete(JsonObject own, String source, String stage, List<String> chain) {
        JsonElement base = own.remove(EXTENDS);
        JsonObject all = base == null ? new JsonObject()
                : read(stage, name(base, "[\\w-]+", "the name of a preset", source, EXTENDS), source, chain);
        own.entrySet().forEach(entry -> entry.setValue(group(entry.getKey(), entry.getValue(), source, chain)));
        overlay(all, own);
        return all;
    }

    private static JsonElement group(String key, JsonElement own, String source, List<String> chain) {
        if (!(own instanceof JsonObject group) || !group.has(EXTENDS)) {
            return own;
        }
        String[] base = name(group.remove(EXTENDS), "[\\w-]+/[\\w-]+", "STAGE/PRESET", source, key + "." + EXTENDS)
                .split("/");
        if (!(read(base[0], base[1], source, chain).get(key) instanceof JsonObject all)) {
            throw new RequestException(source + ": the preset " + String.join("/", base) + " has no group " + key);
        }
        overlay(all, group);
        return all;
    }

    private static String name(JsonElement base, String form, String wanted, String source, String key) {
        if (!(base instanceof JsonPrimitive text) || !text.isString() || !text.getAsString().matches(form)) {
            throw new RequestException(source + ": " + key + " must be " + wanted + ", not " + Json.line(base));
        }
        return text.getAsString();
    }

    private static void overlay(JsonObject below, JsonObject above) {
        above.asMap().forEach((key, value) -> {
            if (value instanceof JsonObject group && below.get(key) instanceof JsonObject under) {
                overlay(under, group);
            } else {
                below.add(key, value);
            }
        });
    }
}
