package org.flowprior.data.latents;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.flowprior.shards.Shard;
import org.flowprior.shards.ShardedRows;
import org.flowprior.shards.StoreFormat;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.MappedTensors;

/**
 * The latents of an image set on disk, and optionally those of the images flipped left to right: a directory of
 * safetensors shards and {@code cache.json} with their statistics. Shards are memory-mapped, so that a cache may be
 * larger than memory.
 *
 * <p>The tokens of a Gaussian cache are mean and log-variance side by side, as a KL autoencoder's encoder gives them.
 * Reading with a generator draws mean + exp(logvar / 2) &middot; noise, with the log-variance clamped to [&minus;30,
 * 20]; reading without one gives the mean.
 *
 * <p>Latents come as they are stored: the caller applies {@link #scaling}. Any platform thread may use a cache, one at
 * a time.
 */
public final class LatentCache implements AutoCloseable {

    /** The file in a cache's directory that describes the cache and lists its shards. */
    public static final String DESCRIPTION = CacheDescription.FILE;

    private static final List<String> TENSORS = List.of(CacheShard.LATENTS, CacheShard.FLIPPED);

    private final Path directory;
    private final CacheDescription description;
    private final List<CacheShard> shards = new ArrayList<>();
    private final ShardedRows stored;
    private final int[] labels;

    private LatentCache(Path directory, CacheDescription description) {
        this.directory = directory;
        this.description = description;
        stored = ShardedRows.open(directory, "image", description.shards(), this::open, description.tokens(),
                description.width());
        labels = shards.stream().flatMapToLong(shard -> Arrays.stream(shard.labels())).mapToInt(Math::toIntExact)
                .toArray();
    }

    /**
     * Opens a cache that {@link CacheWriter} wrote.
     *
     * @throws IllegalArgumentException    naming the file, when the directory is not a cache, or a shard differs from
     *                                     {@code cache.json}
     * @throws java.io.UncheckedIOException naming the file, when a shard is missing or cannot be read
     */
    public static LatentCache open(Path directory) {
        return new LatentCache(directory, CacheDescription.read(directory.resolve(CacheDescription.FILE)));
    }

    private MappedTensors open(Shard listed) {
        CacheShard shard = CacheShard.open(directory.resolve(listed.file()), flips(), classes().size());
        try {
            shard.requireFitting(description, listed.rows());
        } catch (RuntimeException e) {
            shard.close();
            throw e;
        }
        shards.add(shard);
        return shard.file();
    }

    /** Returns the cache's directory. */
    public Path directory() {
        return directory;
    }

    /** Returns the number of images, without the flipped ones. */
    public int images() {
        return labels.length;
    }

    /** Returns L, the tokens of an image. */
    public int tokens() {
        return description.tokens();
    }

    /** Returns C, the numbers in a token as it is read. */
    public int channels() {
        return description.channels();
    }

    /** Returns the element type on disk: float32, bfloat16 or float16. */
    public DType dtype() {
        return description.dtype();
    }

    /** Returns whether the stored tokens are mean and log-variance. */
    public boolean gaussian() {
        return description.gaussian();
    }

    /** Returns whether the latents of the flipped images are stored too. */
    public boolean flips() {
        return description.flips();
    }

    /** Returns the classes' names; one empty name for images without classes. */
    public List<String> classes() {
        return description.classes();
    }

    /** Returns means and deviations of the latents, before scaling. */
    public CacheStatistics statistics() {
        return description.statistics();
    }

    /** Returns the factor for latents: one over {@link CacheStatistics#withinStd}, unless the writer set another. */
    public double scaling() {
        return description.scaling();
    }

    /** Returns where the latents come from, such as the image set and the checksum of the autoencoder's weights. */
    public Map<String, String> provenance() {
        return description.provenance();
    }

    /** Returns the class of an image: an index into {@link #classes}. */
    public int label(int position) {
        if (position < 0 || position >= labels.length) {
            throw new IndexOutOfBoundsException(directory + ": image " + position + " of " + labels.length);
        }
        return labels[position];
    }

    /** Returns the classes of images, int64 [n]. */
    public Tensor labels(long... positions) {
        long[] found = Arrays.stream(positions).map(position -> label(Math.toIntExact(position))).toArray();
        return Tensor.of(found, found.length);
    }

    /** Returns the images' names in their set, in the cache's order. */
    public List<String> names() {
        return shards.stream().flatMap(shard -> shard.names().stream()).toList();
    }

    /**
     * Reads the latents of images, in this order; the means of a Gaussian cache.
     *
     * @param positions of the images, each in [0, images)
     * @param flipped   for each position, whether to read the flipped image; null for none
     * @return float32 [n, L, C]
     * @throws IllegalArgumentException  for flipped images of a cache without them
     * @throws IndexOutOfBoundsException for a position outside [0, images)
     */
    public Tensor latents(long[] positions, boolean[] flipped) {
        return Scope.returning(() -> {
            Tensor read = stored(positions, flipped);
            return gaussian() ? read.narrow(2, 0, channels()).contiguous() : read;
        });
    }

    /**
     * Reads the latents of images, and draws those of a Gaussian cache.
     *
     * @param generator a CPU generator, null for the default one; not used unless the cache is Gaussian
     * @return float32 [n, L, C]
     */
    public Tensor latents(long[] positions, boolean[] flipped, Generator generator) {
        if (!gaussian()) {
            return latents(positions, flipped);
        }
        return Scope.returning(() -> {
            Tensor moments = stored(positions, flipped);
            Tensor noise = Torch.randn(new long[] {positions.length, tokens(), channels()}, generator);
            return noise.mul_(StoreFormat.logVariances(moments).exp_().sqrt_()).add_(moments.narrow(2, 0, channels()));
        });
    }

    /**
     * Reads the latents of images as they are stored.
     *
     * @param positions as for {@link #latents(long[], boolean[])}
     * @param flipped   as there
     * @return float32 [n, L, C], or [n, L, 2C] with mean and log-variance side by side for a Gaussian cache
     */
    public Tensor stored(long[] positions, boolean[] flipped) {
        if (flipped != null && flipped.length != positions.length) {
            throw new IllegalArgumentException("for " + positions.length + " positions there are " + flipped.length
                    + " flips");
        }
        int[] choices = new int[positions.length];
        for (int i = 0; i < positions.length; i++) {
            choices[i] = flipped != null && flipped[i] ? 1 : 0;
            if (choices[i] == 1 && !flips()) {
                throw new IllegalArgumentException(directory + ": holds no flipped images");
            }
        }
        return stored.gather(positions, TENSORS, choices);
    }

    /** Unmaps the shards. A second call throws {@link org.flowprior.torch.ClosedException}. */
    @Override
    public void close() {
        stored.close();
    }
}
