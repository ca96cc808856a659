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
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.io.MappedTensors;

/**
 * The latents of an image set on the disk, of each image and, where the writer had them, of the image flipped left to
 * right: a directory of safetensors shards and {@code cache.json} with their statistics. The shards are mapped, so that
 * a cache may be larger than the memory.
 *
 * <p>The tokens of a Gaussian cache are mean and log-variance side by side, such as a KL autoencoder's encoder gives:
 * each reading that is given a generator draws mean + exp(logvar / 2) &middot; noise, the log-variance clamped to
 * [&minus;30, 20], and each reading without one gives the mean.
 *
 * <p>All latents come as they are stored: {@link #scaling} is for the caller to apply. A cache may be used from any
 * platform thread, by one at a time.
 */
public final class LatentCache implements AutoCloseable {

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
     * Opens a cache that a {@link CacheWriter} made.
     *
     * @throws IllegalArgumentException    naming the file, when the directory is no cache, or a shard is not what
     *                                     {@code cache.json} says
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

    /** Where the cache lies. */
    public Path directory() {
        return directory;
    }

    /** Images in it, each once, whether flipped or not. */
    public int images() {
        return labels.length;
    }

    /** L, tokens of an image. */
    public int tokens() {
        return description.tokens();
    }

    /** C, numbers in a token as it is read. */
    public int channels() {
        return description.channels();
    }

    /** Element type on the disk: float32, bfloat16 or float16. */
    public DType dtype() {
        return description.dtype();
    }

    /** True when mean and log-variance are stored. */
    public boolean gaussian() {
        return description.gaussian();
    }

    /** Whether the latents of the flipped images are there too. */
    public boolean flips() {
        return description.flips();
    }

    /** The classes' names; one, empty, for images without classes. */
    public List<String> classes() {
        return description.classes();
    }

    /** Means and deviations of the latents, before scaling. */
    public CacheStatistics statistics() {
        return description.statistics();
    }

    /** What latents are to be multiplied with: one over {@link CacheStatistics#withinStd}, or the writer's. */
    public double scaling() {
        return description.scaling();
    }

    /** Where the latents come from, such as the image set and the checksum of the autoencoder's weights. */
    public Map<String, String> provenance() {
        return description.provenance();
    }

    /** The class of an image: a place in {@link #classes}. */
    public int label(int position) {
        if (position < 0 || position >= labels.length) {
            throw new IndexOutOfBoundsException(directory + ": image " + position + " of " + labels.length);
        }
        return labels[position];
    }

    /** The classes of images, int64 [n]. */
    public Tensor labels(long... positions) {
        long[] found = Arrays.stream(positions).map(position -> label(Math.toIntExact(position))).toArray();
        return Tensor.of(found, found.length);
    }

    /** What the images are called in their set, in the cache's order. */
    public List<String> names() {
        return shards.stream().flatMap(shard -> shard.names().stream()).toList();
    }

    /**
     * The latents of images, in this order; the means of a Gaussian cache.
     *
     * @param positions of the images, each in [0, images)
     * @param flipped   whether it is the flipped image, one for each position; null for none
     * @return float32 [n, L, C]
     * @throws IllegalArgumentException  when flipped images are asked for that are not there
     * @throws IndexOutOfBoundsException for a position that is none
     */
    public Tensor latents(long[] positions, boolean[] flipped) {
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> {
                Tensor read = gather(positions, flipped);
                return gaussian() ? read.narrow(2, 0, channels()).contiguous() : read;
            });
        }
    }

    /**
     * The latents of images, those of a Gaussian cache drawn.
     *
     * @param generator a CPU generator, null for the default one; left alone unless the cache is Gaussian
     * @return float32 [n, L, C]
     */
    public Tensor latents(long[] positions, boolean[] flipped, Generator generator) {
        if (!gaussian()) {
            return latents(positions, flipped);
        }
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> {
                Tensor moments = gather(positions, flipped);
                Tensor noise = Torch.randn(new long[] {positions.length, tokens(), channels()}, generator);
                return noise.mul_(StoreFormat.logVariances(moments).exp_().sqrt_())
                        .add_(moments.narrow(2, 0, channels()));
            });
        }
    }

    /**
     * The latents of images, or mean and log-variance side by side for a Gaussian cache.
     *
     * @param positions as for {@link #latents(long[], boolean[])}
     * @param flipped   as there
     * @return float32 [n, L, C], or [n, L, 2C]
     */
    public Tensor stored(long[] positions, boolean[] flipped) {
        try (NoGrad noGrad = new NoGrad()) {
            return Scope.returning(() -> gather(positions, flipped));
        }
    }

    private Tensor gather(long[] positions, boolean... flipped) {
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

    /** Gives the mappings back. The second time throws {@link org.flowprior.torch.ClosedException}. */
    @Override
    public void close() {
        stored.close();
    }
}
