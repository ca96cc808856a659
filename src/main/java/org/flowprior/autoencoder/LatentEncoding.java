package org.flowprior.autoencoder;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.console.Progress;
import org.flowprior.data.CorruptImageException;
import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ImageSource;
import org.flowprior.data.LoaderPosition;
import org.flowprior.data.latents.CacheOptions;
import org.flowprior.data.latents.CacheWriter;
import org.flowprior.data.latents.LatentCache;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.NoGrad;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * Encodes the images of a set and writes their latents to a {@link LatentCache}, in the order of the set: those of each
 * image, cropped to its middle square, and of its mirror image. A KL autoencoder gives mean and log variance, the others
 * the latents. Autoencoder and images stay the caller's.
 *
 * <pre>{@code
 * try (LatentCache cache = LatentEncoding.of(autoencoder, images).into(directory)) { ... }
 * }</pre>
 */
public final class LatentEncoding {

    /**
     * How images are encoded and latents are written.
     *
     * @param batch          images encoded at once, and after them as many mirror images
     * @param imagesPerShard images after which a file is written; a stopped run loses what no file holds yet
     * @param dtype          element type on disk: float32, bfloat16 or float16
     * @param flips          whether the mirror images are encoded too
     * @param scaling        the factor that training multiplies latents with; null for 1 over their deviation within
     *                       an image
     * @param skipCorrupt    whether corrupt images are left out; otherwise the first one ends the run
     * @param threads        threads that decode images
     * @param precision      of the encoder
     */
    public record Options(int batch, int imagesPerShard, DType dtype, boolean flips, Double scaling,
            boolean skipCorrupt, int threads, Precision precision) {

        /** All images and mirror images, 16 at once and 1,024 in a file, in float32, decoded by one thread. */
        public static final Options STANDARD =
                new Options(16, 1024, DType.FLOAT32, true, null, false, 1, Precision.FLOAT32);
    }

    /**
     * How a run ended.
     *
     * @param cache     the cache, which the caller closes; empty when the run was stopped
     * @param resumable whether a stopped run left files from which {@link #run} can continue
     * @param corrupt   names of the corrupt images that this run left out
     */
    public record Result(Optional<LatentCache> cache, boolean resumable, Set<String> corrupt) {}

    private final Autoencoder autoencoder;
    private final ImageSource images;
    private final Options options;
    private final Device device;
    private final boolean gaussian;

    private LatentEncoding(Autoencoder autoencoder, ImageSource images, Options options) {
        this.autoencoder = autoencoder;
        this.images = images;
        this.options = options;
        device = autoencoder.parameters().getFirst().device();
        gaussian = autoencoder.config().bottleneck() instanceof KlBottleneck.Options;
    }

    /** Encodes with {@link Options#STANDARD}, on the autoencoder's device. */
    public static LatentEncoding of(Autoencoder autoencoder, ImageSource images) {
        return of(autoencoder, images, Options.STANDARD);
    }

    /** Encodes with other options, on the autoencoder's device. */
    public static LatentEncoding of(Autoencoder autoencoder, ImageSource images, Options options) {
        return new LatentEncoding(autoencoder, images, options);
    }

    /**
     * Encodes all images into a new cache.
     *
     * @param directory of the cache; missing parents are created
     * @return the cache, which the caller closes
     * @throws IllegalArgumentException     if the directory already has content, and for latents that are not finite
     * @throws CorruptImageException        for a corrupt image, unless the options leave such images out
     * @throws java.io.UncheckedIOException if an image cannot be read or the cache cannot be written
     */
    public LatentCache into(Path directory) {
        Map<String, String> provenance = Map.of("imageCount", Integer.toString(images.size()));
        return run(directory, false, provenance, Console.silent(), () -> false).cache().orElseThrow();
    }

    /**
     * Encodes images into a cache until all are done or a stop is requested.
     *
     * @param resume     whether to continue after the files that a stopped run wrote, if any; otherwise removes them
     * @param provenance the origin of images and weights, to store in the cache; a run continues only with the same
     * @param console    shows the progress
     * @param stop       is called before each batch
     * @throws IllegalArgumentException     if the directory already has content, for latents that are not finite, and
     *                                      if the stopped run had another provenance or other options
     * @throws RequestException             if the stopped run is past the end of the images
     * @throws CorruptImageException        for a corrupt image, unless the options leave such images out
     * @throws java.io.UncheckedIOException if an image cannot be read or the cache cannot be written
     */
    public Result run(Path directory, boolean resume, Map<String, String> provenance, Console console,
            BooleanSupplier stop) {
        CacheOptions how = new CacheOptions(options.imagesPerShard(), options.dtype(), gaussian, options.flips(),
                options.scaling(), images.classes(), provenance);
        try (CacheWriter writer = resume ? CacheWriter.resume(directory, how) : new CacheWriter(directory, how)) {
            return encode(writer, console, stop);
        }
    }

    private Result encode(CacheWriter writer, Console console, BooleanSupplier stop) {
        ImageCrop crop = new ImageCrop.Centre(autoencoder.config().imageSize());
        boolean training = autoencoder.isTraining();
        autoencoder.eval();
        try (NoGrad noGrad = new NoGrad();
                ImageLoader loader = new ImageLoader(images, ImageLoader.Options.inOrder(crop, options.batch())
                        .withThreads(options.threads()).withSkipCorrupt(options.skipCorrupt()))) {
            if (writer.next() > images.size()) {
                throw new RequestException("the stopped run was at image " + writer.next() + ", but the set has "
                        + images.size());
            }
            loader.seek(new LoaderPosition(0, writer.next()));
            boolean more = true;
            try (Progress progress = console.progress("encode", images.size(), writer.next())) {
                while (more && !stop.getAsBoolean()) {
                    more = next(loader, writer);
                    progress.step(writer.next());
                }
            }
            return more ? new Result(Optional.empty(), writer.isResumable(), loader.corrupt())
                    : new Result(Optional.of(writer.finish()), false, loader.corrupt());
        } finally {
            autoencoder.train(training);
        }
    }

    /** Encodes the next batch; false at the end of the set. */
    private boolean next(ImageLoader loader, CacheWriter writer) {
        try (Scope scope = Scope.open()) {
            Optional<ImageBatch> batch = loader.next();
            batch.ifPresent(found -> {
                Tensor pixels = found.images().to(device, DType.FLOAT32);
                writer.add(latents(pixels), options.flips() ? latents(pixels.flip(3)) : null, found.labels(),
                        found.names(), loader.position().index());
            });
            return batch.isPresent();
        }
    }

    private Tensor latents(Tensor pixels) {
        return options.precision().compute(device,
                () -> gaussian ? autoencoder.encoded(pixels) : autoencoder.encode(pixels));
    }
}
