package org.flowprior.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.flowprior.torch.Generator;
import org.flowprior.torch.data.DataLoader;
import org.flowprior.torch.data.DataLoaderOptions;
import org.flowprior.torch.data.DataLoaderState;
import org.flowprior.torch.data.Dataset;
import org.flowprior.torch.data.Sampler;

/**
 * Makes batches of an image set. It stands on a {@link DataLoader} of single images, whose threads read and decode
 * ahead. The same seed gives the same batches with any number of threads, also from a saved position: each image has its
 * own generator for crop and flip, seeded by seed, pass and index in the set.
 *
 * <p>About two batches of cropped images are in memory ahead of the next one. Use a loader from one thread.
 */
public final class ImageLoader implements AutoCloseable {

    /**
     * Options of a loader.
     *
     * @param crop        how images become squares
     * @param batch       images in a batch
     * @param flip        whether each image is flipped left to right after the crop, with probability 1/2
     * @param shuffle     whether each pass has its own order; otherwise it has the set's
     * @param dropLast    whether to leave out a last batch that is not full
     * @param skipCorrupt whether to count and leave out corrupt images; otherwise the first one ends the run
     * @param seed        of orders, crops and flips
     * @param threads     threads that decode
     */
    public record Options(ImageCrop crop, int batch, boolean flip, boolean shuffle, boolean dropLast,
            boolean skipCorrupt, long seed, int threads) {

        /** Throws {@link IllegalArgumentException} unless batch and threads are positive. */
        public Options {
            if (batch < 1 || threads < 1) {
                throw new IllegalArgumentException("batch and threads of a loader are at least 1, not " + batch
                        + " and " + threads);
            }
        }

        /**
         * Takes the images in the set's order, with a last batch that may not be full, in one thread. A corrupt image
         * ends the run.
         */
        public static Options inOrder(ImageCrop crop, int batch) {
            return new Options(crop, batch, false, false, false, false, 0, 1);
        }

        /** Shuffles and flips, makes full batches only, in one thread. A corrupt image ends the run. */
        public static Options training(ImageCrop crop, int batch, long seed) {
            return new Options(crop, batch, true, true, true, false, seed, 1);
        }

        /** Changes the number of threads that decode. */
        public Options withThreads(int value) {
            return new Options(crop, batch, flip, shuffle, dropLast, skipCorrupt, seed, value);
        }

        /** Changes whether corrupt images are left out. */
        public Options withSkipCorrupt(boolean value) {
            return new Options(crop, batch, flip, shuffle, dropLast, value, seed, threads);
        }
    }

    /** A cropped image of the set; without pixels if it is corrupt. */
    private record Crop(int image, RgbImage pixels, CorruptImageException damage) {}

    /** The images of all passes: the index is the pass times the number of images plus the image's. */
    private record Crops(ImageSource source, Options options) implements Dataset<Crop> {

        @Override
        public Crop get(long index) {
            int image = (int) (index % source.size());
            RandomGenerator random = new SplittableRandom(mixed(mixed(options.seed(), index / source.size()), image));
            try {
                RgbImage part = cropped(image, random);
                return new Crop(image, options.flip() && random.nextBoolean() ? part.flippedHorizontally() : part,
                        null);
            } catch (CorruptImageException e) {
                return new Crop(image, null, e);
            } catch (IOException e) {
                throw new UncheckedIOException(source.name(image) + ": cannot be read: " + e, e);
            }
        }

        private RgbImage cropped(int image, RandomGenerator random) throws IOException {
            RgbImage whole = source.image(image);
            try {
                return options.crop().apply(whole, random);
            } catch (IllegalArgumentException e) {
                throw new CorruptImageException(source.name(image), e.getMessage(), e);
            } catch (OutOfMemoryError e) {
                throw new CorruptImageException(source.name(image), whole.width() + " x " + whole.height()
                        + " pixels, scaled, do not fit in the Java heap", e);
            }
        }

        @Override
        public long size() {
            return Long.MAX_VALUE;
        }
    }

    /** The order of each pass. */
    private record Order(long size, boolean shuffle, long seed) implements Sampler<Long> {

        @Override
        public Iterator<Long> pass(long number, Supplier<Generator> random) {
            return Arrays.stream(order(number)).mapToLong(image -> number * size + image).iterator();
        }

        private int[] order(long pass) {
            int[] places = IntStream.range(0, (int) size).toArray();
            if (shuffle) {
                RandomGenerator random = new SplittableRandom(mixed(mixed(seed, pass), -1));
                for (int i = places.length - 1; i > 0; i--) {
                    int j = random.nextInt(i + 1);
                    int swapped = places[i];
                    places[i] = places[j];
                    places[j] = swapped;
                }
            }
            return places;
        }
    }

    private final ImageSource source;
    private final Options options;
    private final DataLoader<Crop, Crop> crops;
    private final Set<String> corrupt = new LinkedHashSet<>();
    private LoaderPosition position = LoaderPosition.START;

    /** Makes a loader at the start of the first pass. The caller closes the source. */
    public ImageLoader(ImageSource source, Options options) {
        this.source = source;
        this.options = options;
        int ahead = 2 * Math.max(options.batch(), options.threads());
        this.crops = DataLoader.items(new Crops(source, options), DataLoaderOptions.DEFAULTS
                .withSampler(new Order(source.size(), options.shuffle(), options.seed()))
                .withWorkers(options.threads()).withPrefetchFactor(Math.ceilDiv(ahead, options.threads())));
    }

    /** Returns where the next batch begins. */
    public LoaderPosition position() {
        return position;
    }

    /**
     * Continues from a position of a loader with the same set and options.
     *
     * @throws IllegalArgumentException when the set has fewer images
     */
    public void seek(LoaderPosition to) {
        if (to.index() > source.size()) {
            throw new IllegalArgumentException("the loader's position is image " + to.index() + ", but the set has "
                    + source.size() + "; it is not the set of the saved run");
        }
        position = to;
        crops.load(new DataLoaderState(to.epoch(), to.index()));
    }

    /** Returns the names of the images found corrupt so far. */
    public Set<String> corrupt() {
        return Set.copyOf(corrupt);
    }

    /**
     * Makes the next batch of this pass; returns empty at its end and begins the next pass.
     *
     * @throws CorruptImageException unless corrupt images are skipped; the position stays
     * @throws UncheckedIOException  when an image cannot be read; the position stays
     */
    public Optional<ImageBatch> next() {
        List<RgbImage> images = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        long index = position.index();
        try {
            for (; images.size() < options.batch() && index < source.size(); index++) {
                Crop crop = crops.next();
                if (crop.damage != null) {
                    leaveOut(crop.damage);
                } else {
                    images.add(crop.pixels);
                    places.add(crop.image);
                }
            }
        } catch (RuntimeException e) {
            seek(position);
            throw e;
        }
        boolean full = images.size() == options.batch();
        if (images.isEmpty() || !full && options.dropLast()) {
            seek(new LoaderPosition(position.epoch() + 1, 0));
            return Optional.empty();
        }
        position = new LoaderPosition(position.epoch(), index);
        return Optional.of(ImageBatch.of(source, options.crop().size(), images, places));
    }

    private void leaveOut(CorruptImageException damage) {
        corrupt.add(damage.image());
        if (!options.skipCorrupt()) {
            throw damage;
        }
    }

    /**
     * Makes the next batch, if this pass has ended the first of the next.
     *
     * @throws IllegalArgumentException when a whole pass makes no batch
     * @throws CorruptImageException    unless corrupt images are skipped; the position stays
     * @throws UncheckedIOException     when an image cannot be read; the position stays
     */
    public ImageBatch nextOfAnyPass() {
        return next().or(this::next)
                .orElseThrow(() -> new IllegalArgumentException("the set of " + source.size() + " images ("
                        + corrupt.size() + " corrupt) does not fill a batch of " + options.batch()));
    }

    /** Hashes both numbers with MurmurHash3's finaliser. */
    private static long mixed(long seed, long value) {
        long z = seed * 0x9e3779b97f4a7c15L + value + 0x632be59bd9b4e019L;
        z = (z ^ z >>> 33) * 0xff51afd7ed558ccdL;
        z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
        return z ^ z >>> 33;
    }

    /** Stops the threads. */
    @Override
    public void close() {
        crops.close();
    }
}
