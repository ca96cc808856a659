package org.flowprior.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads the config of one stage. The config is a record whose components are the keys; its presets are the resources
 * {@code presets/STAGE/NAME.json}.
 *
 * <p>A preset or a config file with {@code "extends": "NAME"} takes the keys that it leaves out from that preset.
 * Without it, a preset has all keys, and a config file takes missing keys from the first preset. A group of keys may
 * extend the same group of another stage's preset: {@code "loss": {"extends": "train-autoencoder/quick"}}.
 *
 * @param <T> the config
 */
public final class ConfigLoader<T extends Record> {

    /** So many keys fit into a message. */
    private static final int FEW = 12;

    private final String stage;
    private final Class<T> type;
    private final List<String> presets;
    private final T defaults;
    /** The types of all dotted keys, in the order of their declaration. */
    private final Map<String, Class<?>> keys = new LinkedHashMap<>();

    private ConfigLoader(String stage, Class<T> type, List<String> presets, T defaults) {
        this.stage = stage;
        this.type = type;
        this.presets = presets;
        this.defaults = defaults;
        collectKeys(type, "");
    }

    /**
     * Makes the loader of a stage.
     *
     * @param presets names of the presets, the default one first
     */
    public ConfigLoader(String stage, Class<T> type, String... presets) {
        this(stage, type, List.of(presets), null);
    }

    /** Makes the loader of a stage with a single preset, {@code default}: this record, not a resource. */
    @SuppressWarnings("unchecked")
    public ConfigLoader(String stage, T defaults) {
        this(stage, (Class<T>) defaults.getClass(), List.of("default"), defaults);
    }

    private void collectKeys(Class<?> group, String prefix) {
        for (RecordComponent component : group.getRecordComponents()) {
            String key = prefix + component.getName();
            if (component.getType().isRecord()) {
                collectKeys(component.getType(), key + ".");
            } else {
                keys.put(key, component.getType());
            }
        }
    }

    /** Returns the names of the presets, the default one first. */
    public List<String> presets() {
        return presets;
    }

    /** Returns the keys with their meanings, each group before its keys. */
    public List<ConfigKey> keys() {
        return ConfigKey.of(type);
    }

    /** Returns whether this is the name of a preset. */
    public boolean isPreset(String name) {
        return presets.contains(name);
    }

    /**
     * Loads a config.
     *
     * @param source      a preset's name, or a path of a JSON file; null for the first preset
     * @param assignments each {@code key=value}, with dots between the levels; later ones win
     * @throws RequestException for an unknown preset or key, a missing file, or a value of the wrong type or range
     */
    public T load(String source, List<String> assignments) {
        if (source == null || isPreset(source)) {
            return settled(with(preset(source == null ? presets.getFirst() : source), assignments), new JsonObject(),
                    assignments);
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
        return settled(with(json, assignments), Json.read(file), assignments);
    }

    private T settled(T config, JsonObject file, List<String> assignments) {
        return config instanceof Settled<?> dependent ? type.cast(dependent.settled(key -> has(file, key)
                || assignments.stream().anyMatch(a -> a.split("=", 2)[0].strip().equals(key)))) : config;
    }

    private static boolean has(JsonObject json, String key) {
        int dot = key.indexOf('.');
        return dot < 0 ? json.has(key) : json.get(key.substring(0, dot)) instanceof JsonObject group
                && has(group, key.substring(dot + 1));
    }

    /**
     * Reads a config that {@link #toJson} wrote, and then assigns.
     *
     * @param assignments each {@code key=value}, as in {@link #load}
     * @throws RequestException for an unknown or missing key, or a wrong value
     */
    public T read(Path file, List<String> assignments) {
        JsonObject json = Json.read(file);
        requireKnown(json, "", file.toString());
        ConfigBinder.CONFIG.bind(type, json);
        return with(json, assignments);
    }

    /**
     * Checks that a run may continue with a config.
     *
     * @param run the run's directory, for the message
     * @throws RequestException with the first key that differs, if the configs are not equal
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
        assignments.forEach(assignment -> assign(json, assignment));
        return ConfigBinder.CONFIG.bind(type, json);
    }

    /** Returns the config as JSON with every key. */
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
        int dot = key.lastIndexOf('.');
        JsonObject group = dot < 0 ? json : at(json, key.substring(0, dot)).getAsJsonObject();
        group.add(key.substring(dot + 1), ConfigBinder.CONFIG.parse(leaf, key, assignment.substring(equals + 1)));
    }

    private RequestException unknown(String key, String source) {
        String remedy = NearNames.find(key, keys.keySet()).map(near -> "; did you mean " + near + "?")
                .orElseGet(() -> keys.size() <= FEW ? "; its keys are " + String.join(", ", keys.keySet())
                        : "; flowprior " + stage + " --help-config lists its keys");
        return new RequestException(source + ": the config of " + stage + " has no key " + key + remedy);
    }
}
