package org.flowprior.data.latents;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.DType;

/**
 * How a {@link LatentCache} is written.
 *
 * @param imagesPerShard images after which a file is written; it also gets the rest of their batch
 * @param dtype          element type on disk: float32, bfloat16 or float16
 * @param gaussian       whether tokens are mean and log-variance
 * @param flips          whether the latents of the flipped images are stored too
 * @param scaling        factor for readers of the latents; null for one over their deviation within an image
 * @param classes        names of the classes, at least one
 * @param provenance     where the latents come from
 */
public record CacheOptions(int imagesPerShard, DType dtype, boolean gaussian, boolean flips, Double scaling,
        List<String> classes, Map<String, String> provenance) {

    /** Throws {@link IllegalArgumentException} for values outside these bounds. */
    public CacheOptions {
        if (imagesPerShard < 1 || !StoreFormat.DTYPES.contains(dtype) || classes.isEmpty()) {
            throw new IllegalArgumentException("a cache has at least one image in a shard, not " + imagesPerShard
                    + ", at least one class, and is float32, bfloat16 or float16, not " + dtype);
        }
        StoreFormat.requireScaling(scaling);
        Objects.requireNonNull(provenance, "provenance");
    }

    /** Returns all options, to compare them. */
    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("imagesPerShard", imagesPerShard);
        json.addProperty("dtype", dtype.toString());
        json.addProperty("gaussian", gaussian);
        json.addProperty("flips", flips);
        json.addProperty("scaling", String.valueOf(scaling));
        provenance.forEach((key, value) -> json.addProperty("provenance." + key, value));
        json.add("classes", CacheDescription.array(classes));
        return json;
    }
}
