package org.flowprior.data.latents;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.flowprior.shards.PartialStore;
import org.flowprior.shards.Shard;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.DType;
import org.flowprior.torch.Tensor;
import org.flowprior.config.Json;
import org.flowprior.torch.io.AtomicFiles;
import org.flowprior.config.JsonFields;

/**
 * Writes a {@link LatentCache}, holding no more than a shard of it and a batch. Everything is written in a hidden
 * directory beside the target, which is renamed when it is whole: whatever happens before leaves no cache. The whole
 * shards of a writer that was killed, or closed before its end, stay there: {@link #resume} continues after them, a new
 * writer removes them.
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
     * Begins a cache in that directory, whose parents are made where they are missing.
     *
     * @throws IllegalArgumentException when something is there already, or another process is writing the same cache
     * @throws UncheckedIOException     when the disk refuses
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
     * Continues a cache that was not finished, or begins one if there is none.
     *
     * @throws IllegalArgumentException also when it was begun with other options
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
                        + "; begin it anew, or go on with what it was begun with");
            }
        }
    }

    /** Takes over the whole shards of the writer before, up to the first that is none. */
    private void takeShards() throws IOException {
        List<String> kept = new ArrayList<>(List.of(BEGUN));
        String file = CacheShard.fileName(1);
        while (Files.exists(store.resolve(file))) {
            try (CacheShard shard = CacheShard.open(store.resolve(file), options.flips(),
                    options.classes().size())) {
                requireFitting(shard.shape(), shard.dtype());
                next = shard.next();
                take(shard, file);
            }
            kept.add(file);
            file = CacheShard.fileName(store.shards().size() + 1);
        }
        store.retain(kept);
    }

    private void take(CacheShard shard, String file) {
        shard.addTo(moments, options.flips());
        store.shards().add(new Shard(file, shard.images()));
        images += shard.images();
    }

    /** The place in the image set from which on latents are wanted: 0, or where a writer before has come to. */
    public long next() {
        return next;
    }

    /** Images taken so far, those before a resumption included. */
    public long images() {
        return images + buffer.images();
    }

    /** Whether {@link #close} now would leave something to {@link #resume}. */
    public boolean isResumable() {
        return !store.ended() && !store.shards().isEmpty();
    }

    /**
     * Takes the latents of images.
     *
     * @param given   floating point [n, L, C], [n, L, 2C] of Gaussians, of any device
     * @param flipped those of the flipped images; null for a cache without
     * @param classes labels, int64 [n]
     * @param called  names, n
     * @param after   the place in the image set after the last of them
     * @throws IllegalArgumentException for other shapes than before, labels that are no class, and for a NaN or an
     *                                  infinity, which it places; the writer can then only be closed
     * @throws UncheckedIOException     when the disk refuses
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
                    + "and the place behind them, not " + given.signature() + ", " + classes.signature() + ", "
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
            throw new IllegalArgumentException("latents of " + shape[1] + " x " + shape[2] + " came behind those of "
                    + tokens + " x " + width);
        }
    }

    private void flush() {
        String file = CacheShard.fileName(store.shards().size() + 1);
        buffer.flush(store.resolve(file), next);
        try (CacheShard shard = CacheShard.open(store.resolve(file), options.flips(),
                options.classes().size())) {
            take(shard, file);
        }
    }

    /**
     * Writes what is left, puts the cache in its place, and opens it.
     *
     * @throws IllegalArgumentException without images, and when all numbers of each image are the same
     * @throws UncheckedIOException     when the disk refuses
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
     * Ends the writing. Unless {@link #finish} has put the cache in its place, its whole shards stay for {@link
     * #resume}; where there is none, everything is removed.
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
