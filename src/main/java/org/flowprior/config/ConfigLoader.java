package org.flowprior.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The config of one stage: a record whose components are the keys, and the presets that ship for it as
 * {@code presets/STAGE/NAME.json}.
 *
 * <p>A preset or a config file with {@code "extends": "NAME"} takes the keys that it leaves out from that preset.
 * Without it, a preset has all keys, and a config file takes them from the first preset. A group of keys may extend the
 * same group of another stage's preset: {@code "loss": {"extends": "train-autoencoder/quick"}}.
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
        if (source == null || isPreset(source)) {
            return with(preset(source == null ? presets.getFirst() : source), assignments);
        }
        Path file = Path.of(source);
        if (!Files.exists(file) && !source.contains("/") && !source.endsWith(".json")) {
            throw new RequestException("--config " + source + " is neither a file nor a preset of " + stage + " ("
                    + String.join(", ", presets) + ")");
        }
        JsonObject json = defaults == null
                ? Presets.complete(Json.read(file), file.toString(), stage, presets.getFirst())
                : Presets.over(toJson(defaults), Json.read(file), file.toString());
        requireKnown(json, "", file.toString());
        return with(json, assignments);
    }

    /**
     * The config that {@link #toJson} wrote, with assignments on top.
     *
     * @throws RequestException for a key that is unknown, missing or wrong
     */
    public T read(Path file, List<String> assignments) {
        JsonObject json = Json.read(file);
        requireKnown(json, "", file.toString());
        ConfigBinder.CONFIG.bind(type, json);
        return with(json, assignments);
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
        return ConfigBinder.CONFIG.bind(type, json);
    }

    /** The config with every key written out. */
    public JsonObject toJson(T config) {
        return ConfigBinder.CONFIG.json(config);
    }

    private JsonObject preset(String name) {
        JsonObject json = defaults == null ? Presets.read(stage, name) : toJson(defaults);
        requireKnown(json, "", Presets.resource(stage, name));
        return json;
    }

    private void requireKnown(JsonObject json, String prefix, String source) {
        json.asMap().forEach((name, value) -> {
            String key = prefix + name;
            boolean group = keys.keySet().stream().anyMatch(k -> k.startsWith(key + "."));
            if (!group && !keys.containsKey(key)) {
                throw unknown(key, source);
            }
            if (group && value instanceof JsonObject inner) {
                requireKnown(inner, key + ".", source);
            }
        });
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
        at.add(path[path.length - 1], ConfigBinder.CONFIG.parse(leaf, key, assignment.substring(equals + 1)));
    }

    private RequestException unknown(String key, String source) {
        return new RequestException(source + ": the config of " + stage + " has no key " + key + "; did you mean "
                + ConfigKeys.nearest(key, keys.keySet()) + "?");
    }
}
