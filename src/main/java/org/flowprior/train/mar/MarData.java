package org.flowprior.train.mar;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.flowprior.config.RequestException;
import org.flowprior.data.RandomRows;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Generator;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.torch.Torch;
import org.flowprior.torch.data.DataLoader;
import org.flowprior.torch.data.DataLoaderOptions;
import org.flowprior.torch.data.DataLoaderState;
import org.flowprior.torch.data.Dataset;
import org.flowprior.torch.data.Sampler;
import org.flowprior.torch.data.SequentialSampler;
import org.flowprior.train.RowSplit;

/**
 * The latents that the generator learns: those of a cache, scaled, with images flipped at random.
 *
 * <p>A pass has every image once, in an order that depends only on the seed and the pass. Images that do not fill a
 * batch are left out of that pass. So the number of a step determines its images.
 */
final class MarData implements AutoCloseable {

    /**
     * A batch of images.
     *
     * @param tokens float32 [B, L, C], scaled, on the device
     * @param labels int64 [B], on the device
     */
    record Batch(Tensor tokens, Tensor labels) {}

    private final MarTrainingConfig config;
    private final Device device;
    private final LatentCache cache;
    /** The cache with the held-out images; {@link #cache} itself if it has them. */
    private final LatentCache validation;
    private final RowSplit split;
    private final long[] measured;
    private final double scaling;
    private final DataLoader<Long, long[]> order;

    private MarData(MarTrainingConfig config, LatentCache cache, LatentCache validation) {
        this.config = config;
        this.device = Device.of(config.device());
        this.cache = cache;
        this.validation = validation;
        this.scaling = config.data().scaling() > 0 ? config.data().scaling() : cache.scaling();
        int images = config.evaluation().images();
        boolean own = validation == cache;
        this.split = own ? RowSplit.holdingOut(new RowSplit.Whole(cache.directory(), cache.images(), "images",
                "data.validation", 1), images, seed("heldOut")) : RowSplit.of(cache.images(), 0, seed("heldOut"));
        this.measured = own ? split.heldOut() : RandomRows.distinct(validation.images(),
                Math.min(images, validation.images()), seed("heldOut"));
        this.order = new DataLoader<>(Dataset.range(split.training()), DataLoaderOptions
                .batchSize(config.training().batch()).withSampler(new Order(config.seed(), split.training()))
                .withDropLast(true), rows -> split.rows(numbers(rows)));
    }

    /** The training images in the order of a pass. */
    private record Order(long run, long size) implements Sampler<Long> {

        @Override
        public Iterator<Long> pass(long number, Supplier<Generator> random) {
            try (Scope scope = Scope.open(); Generator draws = Generator.seeded(seed(run, "order." + number))) {
                return LongStream.of(Torch.randperm(size, draws).toLongArray()).iterator();
            }
        }
    }

    private static long[] numbers(List<Long> items) {
        return items.stream().mapToLong(Long::longValue).toArray();
    }

    /**
     * Opens the config's caches.
     *
     * @throws RequestException         if there are too few images, or they are not what the config says
     * @throws IllegalArgumentException if a directory is not a cache
     */
    static MarData open(MarTrainingConfig config) {
        if (config.data().cache().isEmpty()) {
            throw new RequestException("the config names no latent cache (data.cache); --cache DIR names it");
        }
        LatentCache cache = LatentCache.open(Path.of(config.data().cache()));
        LatentCache validation = cache;
        try {
            if (!config.data().validation().isEmpty()) {
                validation = LatentCache.open(Path.of(config.data().validation()));
            }
            MarData data = new MarData(config, cache, validation);
            data.check();
            return data;
        } catch (RuntimeException e) {
            close(cache, validation);
            throw e;
        }
    }

    private void check() {
        if (trainingImages() < config.training().batch()) {
            throw new RequestException(cache.directory() + " has " + trainingImages() + " images to train on, fewer "
                    + "than a batch of " + config.training().batch() + "; lower training.batch");
        }
        if (config.data().flip() && !cache.flips()) {
            throw new RequestException(cache.directory() + " holds no flipped images; --set data.flip=false trains "
                    + "without");
        }
        if (validation.tokens() != tokens() || validation.channels() != channels()
                || !validation.classes().equals(classes())) {
            throw new RequestException(validation.directory() + " has " + describe(validation) + ", "
                    + cache.directory() + " has " + describe(cache) + ": they cannot be compared");
        }
    }

    private static String describe(LatentCache which) {
        return which.tokens() + " tokens of " + which.channels() + " channels and " + which.classes().size()
                + " classes";
    }

    private long seed(String purpose) {
        return seed(config.seed(), purpose);
    }

    private static long seed(long run, String purpose) {
        return Seeds.derive(run, "mar.data." + purpose);
    }

    /** Returns the cache of the training images. */
    LatentCache cache() {
        return cache;
    }

    /** Returns L, the number of tokens of an image. */
    int tokens() {
        return cache.tokens();
    }

    /** Returns C, the number of channels of a token. */
    int channels() {
        return cache.channels();
    }

    /** Returns the names of the classes. */
    List<String> classes() {
        return cache.classes();
    }

    /** Returns the factor of the latents. */
    double scaling() {
        return scaling;
    }

    /** Returns the number of training images. */
    long trainingImages() {
        return split.training();
    }

    /** Returns the number of images for evaluation. */
    int heldOutImages() {
        return measured.length;
    }

    /** Returns the number of steps of a pass over the training images. */
    long stepsOfPass() {
        return trainingImages() / config.training().batch();
    }

    // ---- training --------------------------------------------------------------------------------------------------

    /**
     * Returns the images of a step.
     *
     * @param step    the number of the step, from 1
     * @param flips   generator of the flips, on the CPU; not used if the config has no flips
     * @param latents generator of the latents of a cache of distributions, on the CPU
     */
    Batch batch(long step, Generator flips, Generator latents) {
        DataLoaderState wanted = new DataLoaderState((step - 1) / stepsOfPass(), (step - 1) % stepsOfPass());
        if (!order.state().equals(wanted)) {
            order.load(wanted);
        }
        long[] positions = order.next();
        return on(cache, positions, cache.latents(positions, flips(positions.length, flips), latents));
    }

    private boolean[] flips(int count, Generator draws) {
        if (!config.data().flip()) {
            return null;
        }
        try (Scope scope = Scope.open()) {
            return Torch.randint(2, new long[] {count}, draws).ne(0).toBooleanArray();
        }
    }

    private Batch on(LatentCache from, long[] positions, Tensor latents) {
        try (NoGrad noGrad = new NoGrad()) {
            return new Batch(latents.mul(scaling).to(DType.FLOAT32, device),
                    from.labels(positions).to(DType.INT64, device));
        }
    }

    // ---- validation ------------------------------------------------------------------------------------------------

    /**
     * Passes all held-out images to the sink, unflipped and with mean latents, always in the same order. Each call has
     * a scope of its own.
     */
    void validate(Consumer<Batch> sink) {
        DataLoaderOptions inOrder = DataLoaderOptions.batchSize(config.evaluation().batch())
                .withSampler(new SequentialSampler(measured.length));
        try (DataLoader<Long, Batch> loader = new DataLoader<>(Dataset.range(validation.images()).subset(measured),
                inOrder, images -> on(validation, numbers(images), validation.latents(numbers(images), null)))) {
            loader.forEach(sink);
        }
    }

    private static void close(LatentCache cache, LatentCache validation) {
        cache.close();
        if (validation != cache) {
            validation.close();
        }
    }

    @Override
    public void close() {
        order.close();
        close(cache, validation);
    }
}
