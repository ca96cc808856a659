package org.flowprior.data.latents;

import static org.flowprior.config.JsonFields.require;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.flowprior.config.JsonFields;
import org.flowprior.torch.DType;

/**
 * What a cache's {@code cache.json} says; {@code width} is that of the stored tokens, twice the channels of a Gaussian
 * cache.
 */
record CacheDescription(long images, int tokens, int width, DType dtype, boolean gaussian, boolean flips,
        List<String> classes, List<Shard> shards, CacheStatistics statistics, double scaling,
        Map<String, String> provenance) {

    static final String FILE = "cache.json";
    static final Set<DType> DTYPES = Set.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16);
    private static final int VERSION = 1;

    /** One file, by its name in the directory. */
    record Shard(String file, long images) {}

    int channels() {
        return gaussian ? width / 2 : width;
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("version", VERSION);
        json.addProperty("images", images);
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
        json.add("shards", shardsJson());
        json.add("classes", array(classes));
        return json;
    }

    private JsonArray shardsJson() {
        JsonArray files = new JsonArray();
        for (Shard shard : shards) {
            JsonObject entry = new JsonObject();
            entry.addProperty("file", shard.file());
            entry.addProperty("images", shard.images());
            files.add(entry);
        }
        return files;
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

    /** Reads and checks the file; {@link IllegalArgumentException} that begins with its path says what is wrong. */
    static CacheDescription read(Path file) {
        return JsonFields.read(file, "a latent cache", fields -> {
            CacheDescription cache = of(fields);
            cache.check();
            return cache;
        });
    }

    private static CacheDescription of(JsonFields fields) {
        long version = fields.integer("version");
        require(version == VERSION, "version " + version + " is not " + VERSION + ", which this program reads");
        List<Shard> shards = fields.objects("shards").stream()
                .map(shard -> new Shard(shard.text("file"), shard.integer("images"))).toList();
        CacheStatistics statistics = new CacheStatistics(fields.numbers("mean"), fields.numbers("std"),
                fields.number("pooledMean"), fields.number("pooledStd"), fields.number("withinStd"),
                fields.number("minimum"), fields.number("maximum"));
        return new CacheDescription(fields.integer("images"), size(fields, "tokens"), size(fields, "width"),
                fields.dtype("dtype"), fields.truth("gaussian"), fields.truth("flips"), fields.texts("classes"), shards,
                statistics, fields.number("scaling"), fields.map("provenance"));
    }

    private static int size(JsonFields fields, String name) {
        long size = fields.integer(name);
        require(size >= 1 && size <= Integer.MAX_VALUE, "field '" + name + "' is no size: " + size);
        return (int) size;
    }

    private void check() {
        require(DTYPES.contains(dtype), "dtype " + dtype + " is none of float32, bfloat16 and float16");
        require(!gaussian || width % 2 == 0, "tokens of mean and log-variance cannot be " + width + " wide");
        require(scaling > 0 && Double.isFinite(scaling), "scaling must be positive and finite, not " + scaling);
        require(!classes.isEmpty(), "a cache has at least one class");
        Map<String, Shard> seen = new HashMap<>();
        long sum = 0;
        for (Shard shard : shards) {
            require(shard.file().matches("latents-\\d{5,9}\\.safetensors"), "a shard cannot go by the name '"
                    + shard.file() + "'");
            require(shard.images() > 0 && shard.images() <= Integer.MAX_VALUE, "shard " + shard.file()
                    + " cannot have " + shard.images() + " images");
            require(seen.put(shard.file(), shard) == null, "shard " + shard.file() + " comes twice");
            sum += shard.images();
        }
        require(images > 0 && images <= Integer.MAX_VALUE && sum == images, "says " + images
                + " images, but its shards have " + sum);
        require(statistics.mean().length == channels() && statistics.std().length == channels(),
                "mean and std must have " + channels() + " numbers");
    }
}
