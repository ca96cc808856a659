package org.flowprior.data.latents;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flowprior.torch.DType;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;

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

    private static final double LOWEST_LOG_VARIANCE = -30;
    private static final double HIGHEST_LOG_VARIANCE = 20;

    private final Path directory;
    private final CacheDescription description;
    private final List<CacheShard> shards;
    private final int[] firstImages;

    private LatentCache(Path directory, CacheDescription description, List<CacheShard> shards) {
        this.directory = directory;
        this.description = description;
        this.shards = shards;
        this.firstImages = new int[shards.size() + 1];
        for (int s = 0; s < shards.size(); s++) {
            firstImages[s + 1] = firstImages[s] + shards.get(s).images();
        }
    }

    /**
     * Opens a cache that a {@link CacheWriter} made.
     *
     * @throws IllegalArgumentException    naming the file, when the directory is no cache, or a shard is not what
     *                                     {@code cache.json} says
     * @throws java.io.UncheckedIOException naming the file, when a shard is missing or cannot be read
     */
    public static LatentCache open(Path directory) {
        CacheDescription description = CacheDescription.read(
                directory.resolve(CacheDescription.FILE));
        List<CacheShard> shards = new ArrayList<>();
        try {
            for (CacheDescription.Shard shard : description.shards()) {
                shards.add(CacheShard.open(directory.resolve(shard.file()), description.flips(),
                        description.classes().size()));
                shards.getLast().requireFitting(description, shard.images());
            }
            return new LatentCache(directory, description, shards);
        } catch (RuntimeException e) {
            shards.forEach(CacheShard::close);
            throw e;
        }
    }

    /** Where the cache lies. */
    public Path directory() {
        return directory;
    }

    /** Images in it, each once, whether flipped or not. */
    public int images() {
        return firstImages[shards.size()];
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
        int shard = shardOf(position);
        return (int) shards.get(shard).labels()[position - firstImages[shard]];
    }

    /** The classes of images, int64 [n]. */
    public Tensor labels(long... positions) {
        long[] labels = Arrays.stream(positions).map(position -> label(Math.toIntExact(position))).toArray();
        return Tensor.of(labels, labels.length);
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
                Tensor stored = gather(positions, flipped);
                return gaussian() ? stored.narrow(2, 0, channels()).contiguous() : stored;
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
                return noise.mul_(variances(moments).sqrt_()).add_(moments.narrow(2, 0, channels()));
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

    /** The variances in mean and log-variance, [n, L, 2C]. */
    static Tensor variances(Tensor moments) {
        long channels = moments.size(2) / 2;
        return Scope.returning(() -> moments.narrow(2, channels, channels)
                .clamp(LOWEST_LOG_VARIANCE, HIGHEST_LOG_VARIANCE).exp_());
    }

    /** What is stored, shard by shard, put in its places. */
    private Tensor gather(long[] positions, boolean... flipped) {
        if (flipped != null && flipped.length != positions.length) {
            throw new IllegalArgumentException("for " + positions.length + " positions there are " + flipped.length
                    + " flips");
        }
        Map<Integer, List<Integer>> parts = new TreeMap<>();
        for (int i = 0; i < positions.length; i++) {
            boolean flip = flipped != null && flipped[i];
            if (flip && !flips()) {
                throw new IllegalArgumentException(directory + ": holds no flipped images");
            }
            parts.computeIfAbsent(2 * shardOf(positions[i]) + (flip ? 1 : 0), key -> new ArrayList<>()).add(i);
        }
        Tensor gathered = Torch.empty(positions.length, tokens(), description.width());
        parts.forEach((key, places) -> {
            try (Scope scope = Scope.open()) {
                int shard = key / 2;
                long[] local = places.stream().mapToLong(i -> positions[i] - firstImages[shard]).toArray();
                long[] targets = places.stream().mapToLong(i -> i).toArray();
                gathered.indexCopy_(0, Tensor.of(targets, targets.length),
                        shards.get(shard).rows(key % 2 == 1, local).to(DType.FLOAT32));
            }
        });
        return gathered;
    }

    private int shardOf(long position) {
        if (position < 0 || position >= images()) {
            throw new IndexOutOfBoundsException(directory + ": image " + position + " of " + images());
        }
        int found = Arrays.binarySearch(firstImages, (int) position);
        return found >= 0 ? found : -found - 2;
    }

    /** Gives the mappings back. The second time throws {@link org.flowprior.torch.ClosedException}. */
    @Override
    public void close() {
        shards.forEach(CacheShard::close);
    }
}
