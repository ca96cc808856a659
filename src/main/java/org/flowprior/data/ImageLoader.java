package org.flowprior.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Makes batches of an image set. Platform threads, which make no tensors, read and decode ahead. The same seed gives
 * the same batches with any number of threads, also from a saved position: each image has its own generator for crop
 * and flip, seeded by seed, pass and index in the set.
 *
 * <p>At most two batches of cropped images are in memory ahead of the next one. Use a loader from one thread.
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

    /** An image of this pass that a thread decodes. */
    private record Pending(int image, Future<RgbImage> pixels) {}

    private final ImageSource source;
    private final Options options;
    private final ExecutorService decoders;
    private final Deque<Pending> ahead = new ArrayDeque<>();
    private final Set<String> corrupt = new LinkedHashSet<>();
    private LoaderPosition position = LoaderPosition.START;
    private int[] order;
    private int submitted;

    /** Makes a loader at the start of the first pass. The caller closes the source. */
    public ImageLoader(ImageSource source, Options options) {
        this.source = source;
        this.options = options;
        this.decoders = Executors.newFixedThreadPool(options.threads(), Thread.ofPlatform().name("image-", 0).daemon()
                .factory());
        seek(position);
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
        forget();
        if (order == null || to.epoch() != position.epoch()) {
            order = order(to.epoch());
        }
        position = to;
        submitted = (int) to.index();
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
            for (; images.size() < options.batch() && index < order.length; index++) {
                fill(index);
                Pending pending = ahead.poll();
                RgbImage image = await(pending);
                if (image != null) {
                    images.add(image);
                    places.add(pending.image);
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
        fill(index);
        return Optional.of(ImageBatch.of(source, options.crop().size(), images, places));
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

    /** Submits images up to two batches after an index. */
    private void fill(long from) {
        long end = Math.min(order.length, from + 2L * Math.max(options.batch(), options.threads()));
        while (submitted < end) {
            int image = order[submitted++];
            long epoch = position.epoch();
            ahead.add(new Pending(image, decoders.submit(() -> cropped(image, epoch))));
        }
    }

    private RgbImage cropped(int image, long epoch) throws IOException {
        RandomGenerator random = new SplittableRandom(mixed(mixed(options.seed(), epoch), image));
        RgbImage part = options.crop().apply(source.image(image), random);
        return options.flip() && random.nextBoolean() ? part.flippedHorizontally() : part;
    }

    /** Waits for an image; returns null for a corrupt one to be skipped. */
    private RgbImage await(Pending pending) {
        try {
            return pending.pixels.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + source.name(pending.image), e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case CorruptImageException damaged -> {
                    corrupt.add(damaged.image());
                    if (options.skipCorrupt()) {
                        return null;
                    }
                    throw damaged;
                }
                case IOException unreadable -> throw new UncheckedIOException(source.name(pending.image)
                        + ": cannot be read: " + unreadable, unreadable);
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    private int[] order(long epoch) {
        int[] places = IntStream.range(0, source.size()).toArray();
        if (options.shuffle()) {
            RandomGenerator random = new SplittableRandom(mixed(mixed(options.seed(), epoch), -1));
            for (int i = places.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swapped = places[i];
                places[i] = places[j];
                places[j] = swapped;
            }
        }
        return places;
    }

    /** Hashes both numbers with MurmurHash3's finaliser. */
    private static long mixed(long seed, long value) {
        long z = seed * 0x9e3779b97f4a7c15L + value + 0x632be59bd9b4e019L;
        z = (z ^ z >>> 33) * 0xff51afd7ed558ccdL;
        z = (z ^ z >>> 33) * 0xc4ceb9fe1a85ec53L;
        return z ^ z >>> 33;
    }

    private void forget() {
        ahead.forEach(pending -> pending.pixels.cancel(false));
        ahead.clear();
    }

    /** Stops the threads. */
    @Override
    public void close() {
        forget();
        decoders.close();
    }
}
