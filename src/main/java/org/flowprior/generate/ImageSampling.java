package org.flowprior.generate;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.console.Progress;
import org.flowprior.data.RgbImage;
import org.flowprior.mar.MarSampler;
import org.flowprior.torch.io.DirectoryLock;

/**
 * Samples images into a directory and continues after a stop. Batches begin at fixed numbers, and a batch with missing
 * images is sampled again as a whole. So a batch always has the same images, and the last bits of an image do not depend
 * on which images existed before.
 *
 * <pre>{@code
 * ImageSampling sampling = new ImageSampling(sampler, ClassLabels.ofAll(1000, 50), 42, 32);
 * SampledFolder folder = sampling.open(directory, Map.of());
 * sampling.fill(folder, Console.silent(), () -> false);
 * folder.writeNpz(file, 42);
 * }</pre>
 *
 * @param sampler samples the images
 * @param labels  their classes
 * @param seed    of orders and noise
 * @param batch   images sampled at once, at least 1
 */
public record ImageSampling(ImageSampler sampler, ClassLabels labels, long seed, int batch) {

    /**
     * The speed of sampling.
     *
     * @param made    number of images written
     * @param batches number of batches sampled
     * @param timed   number of images in the measured time, which leaves out the first of several batches, a warm-up
     * @param seconds the measured time
     */
    public record Speed(int made, int batches, int timed, double seconds) {

        @Override
        public String toString() {
            return timed == 0 ? "none made" : String.format(Locale.ROOT, "%.4g (%.4g s an image%s)", timed / seconds,
                    seconds / timed, batches > 1 ? ", first batch left out" : "");
        }
    }

    /** Throws {@link IllegalArgumentException} for a batch below 1. */
    public ImageSampling {
        if (batch < 1) {
            throw new IllegalArgumentException("a batch has at least one image, not " + batch);
        }
    }

    /**
     * Opens the directory of these images, a new one or one of an earlier run.
     *
     * @param origin what else the images depend on, for example checksums of the weights
     * @throws RequestException when it has other files or images of another request
     * @throws IOException      when the directory cannot be read or written
     */
    public SampledFolder open(Path directory, Map<String, String> origin) throws IOException {
        return SampledFolder.open(directory, labels, request(origin));
    }

    private JsonObject request(Map<String, String> origin) {
        MarSampler.Options options = sampler.options();
        JsonObject json = new JsonObject();
        origin.forEach(json::addProperty);
        json.addProperty("scaling", sampler.scaling());
        json.addProperty("seed", seed);
        json.addProperty("count", labels.count());
        JsonArray classes = new JsonArray();
        labels.classes().forEach(classes::add);
        json.add("classes", classes);
        json.addProperty("iterations", options.iterations());
        json.addProperty("steps", options.head().steps());
        json.addProperty("solver", options.head().solver().name().toLowerCase(Locale.ROOT));
        json.addProperty("cfg", options.guidance().scale());
        json.addProperty("cfgSchedule", options.guidance().schedule().name().toLowerCase(Locale.ROOT));
        json.addProperty("temperature", options.head().temperature());
        json.addProperty("batch", batch);
        json.addProperty("precision", sampler.precision().name().toLowerCase(Locale.ROOT));
        json.addProperty("device", sampler.device().type().name().toLowerCase(Locale.ROOT));
        return json;
    }

    /**
     * Samples the images that are missing in the directory, which no other process can fill meanwhile.
     *
     * @param folder  the directory that {@link #open} opened
     * @param console shows the progress
     * @param stop    called before each batch; true stops
     * @return the speed; empty if sampling was stopped
     * @throws RequestException             for pixels that are not finite, and if another process fills the directory
     * @throws java.io.UncheckedIOException when an image cannot be written
     * @throws IOException                  when the directory cannot be locked
     */
    public Optional<Speed> fill(SampledFolder folder, Console console, BooleanSupplier stop) throws IOException {
        try (DirectoryLock held = folder.lock()) {
            return fillLocked(folder, console, stop);
        }
    }

    private Optional<Speed> fillLocked(SampledFolder folder, Console console, BooleanSupplier stop) {
        int there = (int) IntStream.range(0, labels.count()).filter(folder::has).count();
        int made = 0;
        int timed = 0;
        double seconds = 0;
        int batches = 0;
        try (Progress progress = console.progress("sample", labels.count(), there)) {
            for (int from = 0; from < labels.count(); from += batch) {
                int[] images = IntStream.range(from, Math.min(labels.count(), from + batch)).toArray();
                int[] missing = IntStream.of(images).filter(image -> !folder.has(image)).toArray();
                if (missing.length == 0) {
                    continue;
                }
                if (stop.getAsBoolean()) {
                    return Optional.empty();
                }
                long start = System.nanoTime();
                List<RgbImage> pictures = sampler.images(images, IntStream.of(images).map(labels::label).toArray(),
                        seed);
                for (int image : missing) {
                    folder.write(image, pictures.get(image - from));
                }
                double taken = (System.nanoTime() - start) / 1e9;
                made += missing.length;
                boolean second = batches++ == 1;
                seconds = second ? taken : seconds + taken;
                timed = second ? images.length : timed + images.length;
                progress.step(there + made);
            }
        }
        return Optional.of(new Speed(made, batches, timed, seconds));
    }
}
