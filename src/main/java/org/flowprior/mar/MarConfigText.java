package org.flowprior.mar;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;

/** {@link MarConfig}s as JSON, in the metadata of files. */
final class MarConfigText {

    /** The metadata's key. */
    static final String KEY = "mar";

    private static final Gson GSON = new Gson();
    private static final String GRID = "grid";
    private static final String SEQUENCE = "sequence";
    private static final String FLOW = "flow";
    private static final String DIFFUSION = "diffusion";

    private MarConfigText() {}

    static String of(MarConfig config) {
        JsonObject json = new JsonObject();
        json.add(config.layout() instanceof LatentLayout.Grid ? GRID : SEQUENCE, GSON.toJsonTree(config.layout()));
        json.addProperty("width", config.width());
        json.addProperty("encoderDepth", config.encoderDepth());
        json.addProperty("decoderDepth", config.decoderDepth());
        json.addProperty("heads", config.heads());
        json.addProperty("mlpRatio", config.mlpRatio());
        json.addProperty("classes", config.classes());
        json.addProperty("bufferSize", config.bufferSize());
        json.addProperty("qkNorm", config.qkNorm());
        json.addProperty("labelDrop", config.labelDrop());
        json.addProperty("attentionDropout", config.attentionDropout());
        json.addProperty("projectionDropout", config.projectionDropout());
        json.addProperty("maskRatioMin", config.maskRatioMin());
        json.add(config.head() instanceof MarConfig.Head.Flow ? FLOW : DIFFUSION, GSON.toJsonTree(config.head()));
        return GSON.toJson(json);
    }

    /**
     * What {@link #of} wrote.
     *
     * @throws IllegalArgumentException for anything else
     */
    static MarConfig config(String text) {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            LatentLayout layout = json.has(GRID) ? GSON.fromJson(json.get(GRID), LatentLayout.Grid.class)
                    : GSON.fromJson(require(json, SEQUENCE), LatentLayout.Sequence.class);
            MarConfig.Head head = json.has(DIFFUSION)
                    ? GSON.fromJson(json.get(DIFFUSION), MarConfig.Head.Diffusion.class)
                    : GSON.fromJson(require(json, FLOW), MarConfig.Head.Flow.class);
            return new MarConfig(layout, require(json, "width").getAsLong(), require(json, "encoderDepth").getAsInt(),
                    require(json, "decoderDepth").getAsInt(), require(json, "heads").getAsInt(),
                    require(json, "mlpRatio").getAsDouble(), require(json, "classes").getAsLong(),
                    require(json, "bufferSize").getAsLong(), require(json, "qkNorm").getAsBoolean(),
                    require(json, "labelDrop").getAsDouble(), require(json, "attentionDropout").getAsDouble(),
                    require(json, "projectionDropout").getAsDouble(), require(json, "maskRatioMin").getAsDouble(),
                    head);
        } catch (RuntimeException e) {
            // Gson wraps what a record's constructor throws.
            Throwable cause = e instanceof JsonParseException || e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException("the metadata '" + KEY + "' holds no generator's config: "
                    + cause.getMessage(), e);
        }
    }

    private static JsonElement require(JsonObject json, String key) {
        JsonElement value = json.get(key);
        if (value == null || value.isJsonNull()) {
            throw new IllegalArgumentException("it has no '" + key + "'");
        }
        return value;
    }
}
