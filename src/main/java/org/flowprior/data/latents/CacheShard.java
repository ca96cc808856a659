package org.flowprior.data.latents;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.DType;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.MappedTensors;
import org.flowprior.torch.io.Safetensors;
import org.flowprior.torch.io.TensorFiles;

/**
 * One file of a cache: latents under the names of the published caches, {@code moments} and {@code moments_flip};
 * {@code labels}; and {@code names}, a JSON list in UTF-8. The metadata has the position in the set after its images.
 *
 * @param file  closed with this
 * @param shape of the latents, [n, L, W]
 */
record CacheShard(Path path, MappedTensors file, long[] shape, DType dtype, long... labels)
        implements AutoCloseable {

    static final String LATENTS = "moments";
    static final String FLIPPED = "moments_flip";
    private static final String LABELS = "labels";
    private static final String NAMES = "names";
    private static final String NEXT = "next";

    static String fileName(int number) {
        return String.format("latents-%05d.safetensors", number);
    }

    /**
     * Writes a shard.
     *
     * @param flipped null for a cache without
     * @param next    position in the set after the last image
     */
    static void write(Path path, Tensor latents, Tensor flipped, List<String> names, long next, long... labels) {
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put(LATENTS, latents);
            if (flipped != null) {
                tensors.put(FLIPPED, flipped);
            }
            tensors.put(LABELS, Tensor.of(labels, labels.length));
            byte[] text = CacheDescription.array(names).toString().getBytes(StandardCharsets.UTF_8);
            tensors.put(NAMES, Tensor.of(text, text.length).view(DType.UINT8));
            Safetensors.write(path, tensors, Map.of(NEXT, Long.toString(next)));
        }
    }

    /**
     * Opens a shard.
     *
     * @throws IllegalArgumentException beginning with the path, when the file is not a shard of such a cache
     */
    static CacheShard open(Path path, boolean flips, int classes) {
        MappedTensors file = MappedTensors.open(path);
        try (Scope scope = Scope.open()) {
            Map<String, TensorFiles.Entry> entries = new LinkedHashMap<>();
            file.header().tensors().forEach(entry -> entries.put(entry.name(), entry));
            TensorFiles.Entry latents = entries.get(LATENTS);
            TensorFiles.Entry flipped = entries.get(FLIPPED);
            TensorFiles.Entry labels = entries.get(LABELS);
            TensorFiles.Entry names = entries.get(NAMES);
            require(latents != null && labels != null && names != null && flipped != null == flips
                    && entries.size() == (flips ? 4 : 3), path,
                    "holds " + entries.keySet() + ", which is not a shard of a latent cache "
                            + (flips ? "with" : "without") + " flipped images");
            long[] shape = latents.shape();
            require(shape.length == 3 && shape[0] > 0 && StoreFormat.DTYPES.contains(latents.dtype())
                    && (!flips || Arrays.equals(flipped.shape(), shape) && flipped.dtype() == latents.dtype())
                    && labels.dtype() == DType.INT64 && Arrays.equals(labels.shape(), new long[] {shape[0]})
                    && names.dtype() == DType.UINT8 && names.shape().length == 1, path,
                    "its tensors are not those of a latent cache: " + entries.values());
            long[] numbers = file.block(LABELS, 0, shape[0]).toLongArray();
            require(Arrays.stream(numbers).allMatch(label -> label >= 0 && label < classes), path,
                    "has a label that is none of the " + classes + " classes");
            return new CacheShard(path, file, shape, latents.dtype(), numbers);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private static void require(boolean condition, Path path, String otherwise) {
        if (!condition) {
            throw new IllegalArgumentException(path + ": " + otherwise);
        }
    }

    /** Throws {@link IllegalArgumentException} if the shard differs from its cache's description. */
    void requireFitting(CacheDescription cache, long images) {
        long[] wanted = {images, cache.tokens(), cache.width()};
        require(Arrays.equals(shape, wanted) && dtype == cache.dtype(), path, "holds " + dtype + Arrays.toString(shape)
                + " where " + CacheDescription.FILE + " says " + cache.dtype() + Arrays.toString(wanted));
    }

    int images() {
        return labels.length;
    }

    List<String> names() {
        long length = file.header().tensors().stream().filter(t -> t.name().equals(NAMES)).findFirst().orElseThrow()
                .shape()[0];
        try (Scope scope = Scope.open()) {
            byte[] text = file.block(NAMES, 0, length).toByteArray();
            List<String> names = JsonParser.parseString(new String(text, StandardCharsets.UTF_8)).getAsJsonArray()
                    .asList().stream().map(JsonElement::getAsString).toList();
            require(names.size() == images(), path, "has " + names.size() + " names for " + images() + " images");
            return names;
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException e) {
            throw new IllegalArgumentException(path + ": its names are not a JSON list of strings", e);
        }
    }

    /** Returns the position in the set after the last image. */
    long next() {
        String next = file.header().metadata().getOrDefault(NEXT, "");
        require(next.matches("\\d{1,10}"), path, "does not say how far it goes");
        return Long.parseLong(next);
    }

    /** Adds all stored latents to the statistics. */
    void addTo(CacheMoments moments, boolean flips) {
        try (Scope scope = Scope.open()) {
            moments.add(file.block(LATENTS, 0, shape[0]), false);
            if (flips) {
                moments.add(file.block(FLIPPED, 0, shape[0]), true);
            }
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
