package org.flowprior.data.latents;

import static org.flowprior.config.JsonFields.require;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.flowprior.config.JsonFields;
import org.flowprior.shards.Shard;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.DType;

/**
 * The contents of a cache's {@code cache.json}; {@code width} is that of the stored tokens, in a Gaussian cache twice
 * the channels.
 */
record CacheDescription(long images, int tokens, int width, DType dtype, boolean gaussian, boolean flips,
        List<String> classes, List<Shard> shards, CacheStatistics statistics, double scaling,
        Map<String, String> provenance) {

    static final String FILE = "cache.json";
    private static final String IMAGES = "images";

    int channels() {
        return gaussian ? width / 2 : width;
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("version", StoreFormat.VERSION);
        json.addProperty(IMAGES, images);
        json.addProperty("tokens", tokens);
        json.addProperty("width", width);
        json.addProperty("dtype", dtype.toString());
        json.addProperty("gaussian", gaussian);
        json.addProperty("flips", flips);
        json.addProperty("scaling", scaling);
        json.addProperty("withinStd", statistics.withinStd());
        json.addProperty("pooledMean", statistics.pooledMean());
        json.addProperty("pooledStd", statistics.pooledStd());
        json.addProperty("minimum", statistics.minimum());
        json.addProperty("maximum", statistics.maximum());
        json.add("mean", JsonFields.array(statistics.mean()));
        json.add("std", JsonFields.array(statistics.std()));
        json.add("provenance", object(provenance));
        Shard.write(json, shards, IMAGES);
        json.add("classes", array(classes));
        return json;
    }

    static JsonArray array(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    static JsonObject object(Map<String, String> texts) {
        JsonObject object = new JsonObject();
        texts.forEach(object::addProperty);
        return object;
    }

    /** Reads and checks the file; throws {@link IllegalArgumentException} whose message begins with its path. */
    static CacheDescription read(Path file) {
        return JsonFields.read(file, "a latent cache", fields -> {
            CacheDescription cache = of(fields);
            cache.check();
            return cache;
        });
    }

    private static CacheDescription of(JsonFields fields) {
        StoreFormat.requireVersion(fields);
        List<Shard> shards = Shard.read(fields, IMAGES);
        CacheStatistics statistics = new CacheStatistics(fields.numbers("mean"), fields.numbers("std"),
                fields.number("pooledMean"), fields.number("pooledStd"), fields.number("withinStd"),
                fields.number("minimum"), fields.number("maximum"));
        return new CacheDescription(fields.integer(IMAGES), size(fields, "tokens"), size(fields, "width"),
                fields.dtype("dtype"), fields.truth("gaussian"), fields.truth("flips"), fields.texts("classes"), shards,
                statistics, fields.number("scaling"), fields.map("provenance"));
    }

    private static int size(JsonFields fields, String name) {
        long size = fields.integer(name);
        require(size >= 1 && size <= Integer.MAX_VALUE, "field '" + name + "' is not a size: " + size);
        return (int) size;
    }

    private void check() {
        StoreFormat.check(dtype, gaussian, width, scaling, "tokens");
        require(!classes.isEmpty(), "a cache has at least one class");
        Shard.check(shards, "latents-\\d{5,9}\\.safetensors", IMAGES, images);
        require(images > 0 && images <= Integer.MAX_VALUE, "a cache cannot have " + images + " images");
        require(statistics.mean().length == channels() && statistics.std().length == channels(),
                "mean and std must have " + channels() + " numbers");
    }
}
