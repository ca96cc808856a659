package org.flowprior.data.latents;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.flowprior.config.Json;
import org.flowprior.config.JsonFields;
import org.flowprior.shards.PartialStore;
import org.flowprior.shards.Shard;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.io.AtomicFiles;

/**
 * Writes a {@link LatentCache}, with at most one shard of it and a batch in memory. It writes to a hidden directory
 * beside the target and renames it at the end, so that a failure leaves no cache. If a writer is killed or closed
 * early, its complete shards stay there: {@link #resume} continues after them, a new writer removes them.
 *
 * <pre>{@code
 * try (var writer = new CacheWriter(directory, options)) {
 *     writer.add(latents, flippedLatents, labels, names, next);
 *     try (LatentCache cache = writer.finish()) { ... }
 * }
 * }</pre>
 */
public final class CacheWriter implements AutoCloseable {

    private static final String BEGUN = "begun.json";

    private final CacheOptions options;
    private final PartialStore store;
    private final CacheBuffer buffer = new CacheBuffer();
    private CacheMoments moments;
    private int tokens;
    private int width;
    private long images;
    private long next;

    /**
     * Begins a cache in a directory, and creates missing parents.
     *
     * @throws IllegalArgumentException when the directory exists, or another process is writing the same cache
     * @throws UncheckedIOException     when a file cannot be written
     */
    public CacheWriter(Path directory, CacheOptions options) {
        this(PartialStore.beside(directory), options, false);
    }

    private CacheWriter(PartialStore store, CacheOptions options, boolean resumed) {
        this.options = options;
        this.store = store;
        try {
            store.write(() -> begin(resumed));
        } catch (RuntimeException e) {
            store.leave();
            throw e;
        }
    }

    private void begin(boolean resumed) throws IOException {
        if (resumed && Files.exists(store.resolve(BEGUN))) {
            requireSame();
            takeShards();
        } else {
            store.retain(List.of());
            AtomicFiles.write(store.resolve(BEGUN), Json.pretty(options.json()));
        }
    }

    /**
     * Continues an unfinished cache, or begins one if there is none.
     *
     * @throws IllegalArgumentException as the constructor, and when it was begun with other options
     */
    public static CacheWriter resume(Path directory, CacheOptions options) {
        return new CacheWriter(PartialStore.continued(directory), options, true);
    }

    private void requireSame() {
        JsonObject wanted = options.json();
        JsonObject begun = JsonFields.read(store.resolve(BEGUN), "a cache that was begun", JsonFields::json);
        Set<String> keys = new LinkedHashSet<>(wanted.keySet());
        keys.addAll(begun.keySet());
        for (String key : keys) {
            JsonElement before = begun.get(key);
            if (!Objects.equals(wanted.get(key), before)) {
                String difference = before instanceof JsonPrimitive ? key + " " + before + ", not " + wanted.get(key)
                        : "other " + key;
                throw new IllegalArgumentException(store.target() + ": was begun with " + difference
                        + "; begin a new cache, or continue with the same options");
            }
        }
    }

    /** Takes the complete shards of the earlier writer, up to the first missing one. */
    private void takeShards() throws IOException {
        while (Files.exists(store.resolve(nextFile()))) {
            take(true);
        }
        store.retain(Stream.concat(Stream.of(BEGUN), store.shards().stream().map(Shard::file)).toList());
    }

    private String nextFile() {
        return CacheShard.fileName(store.shards().size() + 1);
    }

    private void take(boolean resumed) {
        String file = nextFile();
        try (CacheShard shard = CacheShard.open(store.resolve(file), options.flips(), options.classes().size())) {
            if (resumed) {
                requireFitting(shard.shape(), shard.dtype());
                next = shard.next();
            }
            shard.addTo(moments, options.flips());
            store.shards().add(new Shard(file, shard.images()));
            images += shard.images();
        }
    }

    /** Returns the position in the image set of the next image: 0, or the end of the resumed shards. */
    public long next() {
        return next;
    }

    /** Returns the number of images so far, also from before a resumption. */
    public long images() {
        return images + buffer.images();
    }

    /** Returns whether {@link #resume} can continue if this is closed now. */
    public boolean isResumable() {
        return !store.ended() && !store.shards().isEmpty();
    }

    /**
     * Takes the latents of images.
     *
     * @param given   floating point [n, L, C], or [n, L, 2C] of Gaussians; on any device
     * @param flipped the same of the flipped images; null for a cache without
     * @param classes the images' labels, int64 [n]
     * @param called  the images' names, n
     * @param after   position in the image set after the last of them
     * @throws IllegalArgumentException for other shapes than before, for labels out of range, and for a NaN or an
     *                                  infinity, with its place; the writer can then only be closed
     * @throws UncheckedIOException     when a file cannot be written
     */
    public void add(Tensor given, Tensor flipped, Tensor classes, List<String> called, long after) {
        store.requireOpen("cache");
        check(given, flipped, classes, called, after);
        buffer.add(given, flipped, classes, called, options);
        next = after;
        if (buffer.images() >= options.imagesPerShard()) {
            flush();
        }
    }

    private void check(Tensor given, Tensor flipped, Tensor classes, List<String> called, long after) {
        if (flipped != null != options.flips() || flipped != null && !Arrays.equals(flipped.shape(), given.shape())) {
            throw new IllegalArgumentException("latents of flipped images come with a cache of flips, in the shape of "
                    + "the others, " + given.signature() + ", not " + (flipped == null ? "none" : flipped.signature()));
        }
        if (given.dim() != 3 || given.numel() == 0 || !given.dtype().isFloatingPoint()
                || !Arrays.equals(classes.shape(), new long[] {given.size(0)}) || called.size() != given.size(0)
                || after <= next) {
            throw new IllegalArgumentException("a cache takes floating-point latents [n, L, C] with n labels and names "
                    + "and the place after them, not " + given.signature() + ", " + classes.signature() + ", "
                    + called.size() + " names, place " + after);
        }
        requireFitting(given.shape(), options.dtype());
    }

    private void requireFitting(long[] shape, DType dtype) {
        if (moments == null) {
            StoreFormat.requireWidth(options.gaussian(), shape[2], "tokens");
            tokens = Math.toIntExact(shape[1]);
            width = Math.toIntExact(shape[2]);
            moments = new CacheMoments(options.gaussian() ? width / 2 : width, options.gaussian());
        } else if (shape[1] != tokens || shape[2] != width || dtype != options.dtype()) {
            throw new IllegalArgumentException("latents of " + shape[1] + " x " + shape[2] + " came after those of "
                    + tokens + " x " + width);
        }
    }

    private void flush() {
        buffer.flush(store.resolve(nextFile()), next);
        take(false);
    }

    /**
     * Writes the last shard, moves the cache to its place, and opens it.
     *
     * @throws IllegalArgumentException without images, and when all numbers of each image are the same
     * @throws UncheckedIOException     when a file cannot be written
     */
    public LatentCache finish() {
        store.requireOpen("cache");
        if (buffer.images() > 0) {
            flush();
        }
        if (images == 0) {
            throw new IllegalArgumentException(store.target() + ": a cache needs at least one image");
        }
        CacheStatistics statistics = moments.statistics();
        if (options.scaling() == null && !(statistics.withinStd() > 0 && Double.isFinite(statistics.withinStd()))) {
            throw new IllegalArgumentException(store.target() + ": the latents of each image are a single number, "
                    + "which no factor can scale");
        }
        double scaling = options.scaling() == null ? 1 / statistics.withinStd() : options.scaling();
        store.publish(CacheDescription.FILE, new CacheDescription(images, tokens, width, options.dtype(),
                options.gaussian(), options.flips(), options.classes(), store.shards(), statistics, scaling,
                options.provenance()).json(), BEGUN);
        return LatentCache.open(store.target());
    }

    /**
     * Ends the writing. Unless {@link #finish} has succeeded, complete shards stay for {@link #resume}; without any,
     * all files are removed.
     */
    @Override
    public void close() {
        if (store.ended()) {
            return;
        }
        buffer.clear();
        if (store.shards().isEmpty()) {
            store.discard();
        } else {
            store.leave();
        }
    }
}
