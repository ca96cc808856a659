package org.flowprior.autoencoder;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.List;
import org.flowprior.vision.VisionTransformerConfig;

/** {@link AutoencoderConfig}s as JSON, in the metadata of files. */
final class ConfigText {

    /** The metadata's key. */
    static final String KEY = "autoencoder";

    private static final Gson GSON = new Gson();

    /** The name of a kind of bottleneck in the JSON. */
    private record Kind(String name, Class<? extends Bottleneck.Options> type) {}

    private static final List<Kind> KINDS = List.of(new Kind("identity", IdentityBottleneck.Options.class),
            new Kind("kl", KlBottleneck.Options.class), new Kind("soft-vq", SoftVqBottleneck.Options.class),
            new Kind("vq", VqBottleneck.Options.class));

    private ConfigText() {}

    static String of(AutoencoderConfig config) {
        JsonObject json = new JsonObject();
        json.add("encoder", GSON.toJsonTree(config.encoder()));
        json.add("decoder", GSON.toJsonTree(config.decoder()));
        json.addProperty("latentTokens", config.latentTokens());
        json.addProperty("latentChannels", config.latentChannels());
        Kind kind = KINDS.stream().filter(k -> k.type().isInstance(config.bottleneck())).findFirst().orElseThrow();
        json.addProperty("bottleneck", kind.name());
        json.add("bottleneckOptions", GSON.toJsonTree(config.bottleneck()));
        json.addProperty("toPixel", config.toPixel().name());
        if (config.repa() != null) {
            json.add("repa", GSON.toJsonTree(config.repa()));
        }
        return GSON.toJson(json);
    }

    /**
     * What {@link #of} wrote.
     *
     * @throws IllegalArgumentException for anything else
     */
    static AutoencoderConfig config(String text) {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            String name = require(json, "bottleneck").getAsString();
            Kind kind = KINDS.stream().filter(k -> k.name().equals(name)).findFirst().orElseThrow(() ->
                    new IllegalArgumentException("there is no bottleneck '" + name + "'"));
            return new AutoencoderConfig(GSON.fromJson(require(json, "encoder"), VisionTransformerConfig.class),
                    GSON.fromJson(require(json, "decoder"), VisionTransformerConfig.class),
                    require(json, "latentTokens").getAsInt(), require(json, "latentChannels").getAsInt(),
                    GSON.fromJson(require(json, "bottleneckOptions"), kind.type()),
                    ToPixelKind.valueOf(require(json, "toPixel").getAsString()),
                    GSON.fromJson(json.get("repa"), Repa.Options.class));
        } catch (RuntimeException e) {
            // Gson wraps what a record's constructor throws.
            Throwable cause = e instanceof JsonParseException || e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException("the metadata '" + KEY + "' holds no autoencoder's config: "
                    + cause.getMessage(), e);
        }
    }

    private static JsonElement require(JsonObject json, String key) {
        JsonElement value = json.get(key);
        if (value == null) {
            throw new IllegalArgumentException("it has no '" + key + "'");
        }
        return value;
    }
}
