package org.flowprior.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The config of one stage: a record whose components are the keys, and the presets that ship for it as
 * {@code presets/STAGE/NAME.json}. A config file may leave keys out; they come from the first preset.
 */
public final class ConfigLoader<T extends Record> {

    private final String stage;
    private final Class<T> type;
    private final List<String> presets;
    private final T defaults;
    private final Map<String, Class<?>> keys;

    /**
     * The loader of a stage.
     *
     * @param presets names of the presets, the default one first
     */
    public ConfigLoader(String stage, Class<T> type, String... presets) {
        this.stage = stage;
        this.type = type;
        this.presets = List.of(presets);
        this.defaults = null;
        this.keys = ConfigKeys.of(type);
    }

    /** The loader of a stage with one preset, {@code default}, which is that record and in no resource. */
    @SuppressWarnings("unchecked")
    public ConfigLoader(String stage, T defaults) {
        this.stage = stage;
        this.type = (Class<T>) defaults.getClass();
        this.presets = List.of("default");
        this.defaults = defaults;
        this.keys = ConfigKeys.of(type);
    }

    /** Names of the presets, the default one first. */
    public List<String> presets() {
        return presets;
    }

    /** True for the name of a preset. */
    public boolean isPreset(String name) {
        return presets.contains(name);
    }

    /**
     * The resolved config.
     *
     * @param source      a preset's name, or a path of a JSON file; null for the first preset
     * @param assignments each {@code key=value}, with dots between the levels; later ones win
     * @throws RequestException for an unknown preset or key, a missing file, a value of the wrong type or range
     */
    public T load(String source, List<String> assignments) {
        JsonObject json = preset(source != null && isPreset(source) ? source : presets.getFirst());
        if (source != null && !isPreset(source)) {
            Path file = Path.of(source);
            if (!Files.exists(file) && !source.contains("/") && !source.endsWith(".json")) {
                throw new RequestException("--config " + source + " is neither a file nor a preset of " + stage
                        + " (" + String.join(", ", presets) + ")");
            }
            merge(json, Json.read(file), "", file.toString());
        }
        return with(json, assignments);
    }

    /**
     * The config that {@link #toJson} wrote, with assignments on top.
     *
     * @throws RequestException for a key that is unknown, missing or wrong
     */
    public T read(Path file, List<String> assignments) {
        JsonObject checked = new JsonObject();
        merge(checked, Json.read(file), "", file.toString());
        ConfigBinder.bind(type, checked);
        return with(checked, assignments);
    }

    /**
     * Says which key differs.
     *
     * @throws RequestException unless the configs are equal
     */
    public void requireSame(T begun, T asked, Path run) {
        JsonObject before = toJson(begun);
        JsonObject after = toJson(asked);
        for (String key : keys.keySet()) {
            if (!at(before, key).equals(at(after, key))) {
                throw new RequestException("the run in " + run + " was begun with " + key + " = " + at(before, key)
                        + "; --resume cannot make it " + at(after, key));
            }
        }
    }

    private static JsonElement at(JsonObject json, String key) {
        JsonElement element = json;
        for (String part : key.split("\\.")) {
            element = element.getAsJsonObject().get(part);
        }
        return element;
    }

    private T with(JsonObject json, List<String> assignments) {
        for (String assignment : assignments) {
            assign(json, assignment);
        }
        return ConfigBinder.bind(type, json);
    }

    /** The config with every key written out. */
    public JsonObject toJson(T config) {
        return ConfigBinder.json(config);
    }

    private JsonObject preset(String name) {
        if (defaults != null) {
            return toJson(defaults);
        }
        String resource = "/org/flowprior/presets/" + stage + "/" + name + ".json";
        try (InputStream in = ConfigLoader.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException("the class path holds no " + resource);
            }
            return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void merge(JsonObject into, JsonObject from, String prefix, String source) {
        for (Map.Entry<String, JsonElement> entry : from.entrySet()) {
            String key = prefix + entry.getKey();
            boolean group = keys.keySet().stream().anyMatch(k -> k.startsWith(key + "."));
            if (group && entry.getValue().isJsonObject()) {
                if (!into.has(entry.getKey())) {
                    into.add(entry.getKey(), new JsonObject());
                }
                merge(into.getAsJsonObject(entry.getKey()), entry.getValue().getAsJsonObject(), key + ".", source);
            } else if (group || keys.containsKey(key)) {
                into.add(entry.getKey(), entry.getValue());
            } else {
                throw unknown(key, source);
            }
        }
    }

    private void assign(JsonObject json, String assignment) {
        int equals = assignment.indexOf('=');
        if (equals < 1) {
            throw new RequestException("--set " + assignment + " is not of the form key=value");
        }
        String key = assignment.substring(0, equals).strip();
        Class<?> leaf = keys.get(key);
        if (leaf == null) {
            throw unknown(key, "--set");
        }
        String[] path = key.split("\\.");
        JsonObject at = json;
        for (int i = 0; i < path.length - 1; i++) {
            at = at.getAsJsonObject(path[i]);
        }
        at.add(path[path.length - 1], ConfigBinder.parse(leaf, key, assignment.substring(equals + 1)));
    }

    private RequestException unknown(String key, String source) {
        return new RequestException(source + ": the config of " + stage + " has no key " + key + "; did you mean "
                + ConfigKeys.nearest(key, keys.keySet()) + "?");
    }
}
