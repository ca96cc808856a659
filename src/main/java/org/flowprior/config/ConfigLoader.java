package org.flowprior.config;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

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
    /** The values that older runs had of those keys that state one. */
    private final Map<String, JsonPrimitive> absent = new LinkedHashMap<>();
    private final Set<String> changing = new HashSet<>();
    private final Set<String> paths = new HashSet<>();

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
                Absent older = component.getAnnotation(Absent.class);
                if (component.isAnnotationPresent(MayChange.class)) {
                    changing.add(key);
                }
                if (component.isAnnotationPresent(FilePath.class)) {
                    paths.add(key);
                }
                if (older != null) {
                    absent.put(key, ConfigBinder.CONFIG.parse(component.getType(), key, older.value()));
                }
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

    /** Reads a config as {@link #read(Path, List, Consumer)} does, without a notice. */
    public T read(Path file, List<String> assignments) {
        return read(file, assignments, notice -> {});
    }

    /**
     * Reads a config that {@link #toJson} wrote, perhaps in an older version, and then assigns. Keys that are newer than
     * the file get the values that {@link Absent} states.
     *
     * @param assignments each {@code key=value}, as in {@link #load}
     * @param notice      gets a line that names those keys and values, if there are any
     * @throws RequestException for an unknown key, for a missing one without {@link Absent}, or for a wrong value
     */
    public T read(Path file, List<String> assignments, Consumer<String> notice) {
        JsonObject json = Json.read(file);
        requireKnown(json, "", file.toString());
        List<String> filled = new ArrayList<>();
        absent.forEach((key, value) -> {
            JsonObject group = groupForOlder(json, key);
            String name = key.substring(key.lastIndexOf('.') + 1);
            if (group != null && !group.has(name)) {
                group.add(name, value);
                filled.add(key + " = " + Json.line(value));
            }
        });
        if (!filled.isEmpty()) {
            notice.accept(file + " is older than some keys; they get what older runs had: "
                    + String.join(", ", filled));
        }
        return with(json, assignments);
    }

    /** Returns the group of a key. Makes it if it is missing and all its keys state a value; else returns null. */
    private JsonObject groupForOlder(JsonObject json, String key) {
        JsonObject group = json;
        for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
            String prefix = key.substring(0, dot + 1);
            String name = prefix.substring(prefix.lastIndexOf('.', dot - 1) + 1, dot);
            if (!group.has(name)
                    && keys.keySet().stream().filter(k -> k.startsWith(prefix)).allMatch(absent::containsKey)) {
                group.add(name, new JsonObject());
            }
            if (!(group.get(name) instanceof JsonObject inner)) {
                return null;
            }
            group = inner;
        }
        return group;
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
                        + "; --resume cannot make it " + at(after, key)
                        + (changing.contains(key) ? ", but you may change it in its config.json" : ""));
            }
        }
    }

    /**
     * Checks that a config of a run is one that the run may continue with: equal to that of its checkpoint, except keys
     * with {@link MayChange} and named {@link FilePath}s, whose files the run compares itself.
     *
     * @param file  the file of the config, for the message
     * @param where where the checkpoint is, for the message
     * @return a line for each key that has changed
     * @throws RequestException with the first key that may not change and has
     */
    public List<String> requireUnchanged(T trained, T now, Path file, String where) {
        JsonObject before = toJson(trained);
        JsonObject after = toJson(now);
        List<String> changes = new ArrayList<>();
        for (String key : keys.keySet()) {
            JsonElement old = at(before, key);
            JsonElement found = at(after, key);
            if (!old.equals(found)) {
                String change = file + ": " + key + " is " + found + ", and " + old + " " + where;
                boolean named = paths.contains(key) && !old.getAsString().isEmpty() && !found.getAsString().isEmpty();
                if (!named && !changing.contains(key)) {
                    throw new RequestException(change + "; put it back, or begin another run");
                }
                changes.add(change + "; continuing with " + found);
            }
        }
        return changes;
    }

    private static JsonElement at(JsonObject json, String key) {
        JsonElement element = json;
        for (String part : key.split("\\.")) {
            element = element instanceof JsonObject group ? group.get(part) : null;
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
        JsonElement group = dot < 0 ? json : at(json, key.substring(0, dot));
        if (!(group instanceof JsonObject inside)) {
            throw new RequestException("the config has no " + key.substring(0, dot) + ", in which --set " + assignment
                    + " changes a key");
        }
        inside.add(key.substring(dot + 1), ConfigBinder.CONFIG.parse(leaf, key, assignment.substring(equals + 1)));
    }

    private RequestException unknown(String key, String source) {
        String remedy = NearNames.find(key, keys.keySet()).map(near -> "; did you mean " + near + "?")
                .orElseGet(() -> keys.size() <= FEW ? "; its keys are " + String.join(", ", keys.keySet())
                        : "; flowprior " + stage + " --help-config lists its keys");
        return new RequestException(source + ": the config of " + stage + " has no key " + key + remedy);
    }
}
