package org.flowprior.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.flowprior.config.RequestException;
import org.flowprior.data.CorruptImageException;
import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ImageSource;
import org.flowprior.data.LoaderPosition;
import org.flowprior.data.RgbImage;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/**
 * A set of images to evaluate: squares of one size, read in batches in the set's order, from a directory, a list of
 * files, tars, an {@code .npz}, or drawn by a procedure, see {@link ImageSource#open}. Messages of exceptions name the
 * set and the image.
 */
public final class ImageSet implements AutoCloseable {

    /**
     * How a set is read.
     *
     * @param count   how many images to read from the start of the set; null: all
     * @param size    pixels a side of ADM's centre crop; null: images stay as they are, and must be squares of the
     *                first one's size
     * @param batch   images of a batch, at least 1
     * @param threads threads that decode, at least 1
     */
    public record Options(Integer count, Integer size, int batch, int threads) {

        /** All images as they are, in batches of 32, decoded on all cores. */
        public static final Options STANDARD = new Options(null, null, 32, Runtime.getRuntime().availableProcessors());

        /** Returns these options with centre crops of that many pixels a side; null: images stay as they are. */
        public Options withSize(Integer value) {
            return new Options(count, value, batch, threads);
        }
    }

    private final Squares squares;
    private final int batch;
    private final ImageLoader loader;
    private boolean ended;

    private ImageSet(Squares squares, Options options) {
        this.squares = squares;
        this.batch = options.batch;
        this.loader = new ImageLoader(squares, ImageLoader.Options
                .inOrder(new ImageCrop.Centre(squares.side), options.batch).withThreads(options.threads));
    }

    /** Opens all images of a set as they are. */
    public static ImageSet open(Path path) throws IOException {
        return open(path, Options.STANDARD);
    }

    /**
     * Opens a set.
     *
     * @throws RequestException         when it has fewer images than requested, or its first image is corrupt
     * @throws IllegalArgumentException when there is no image
     * @throws IOException              when something cannot be read
     */
    public static ImageSet open(Path path, Options options) throws IOException {
        ImageSource source = ImageSource.open(path);
        try {
            return of(path.toString(), source, options);
        } catch (RuntimeException | IOException e) {
            source.close();
            throw e;
        }
    }

    /**
     * Returns a set of the images of a source; the set closes the source.
     *
     * @param name what messages call the set
     * @throws RequestException when it has fewer images than requested, or its first image is corrupt
     * @throws IOException      when the first image cannot be read
     */
    public static ImageSet of(String name, ImageSource source, Options options) throws IOException {
        if (options.count != null && options.count > source.size()) {
            throw new RequestException(name + " has " + source.size() + " images, fewer than --count " + options.count);
        }
        int size = options.count == null ? source.size() : options.count;
        int side = options.size == null ? decoded(name, source, 0).width() : options.size;
        return new ImageSet(new Squares(name, source, size, options.size != null, side), options);
    }

    /** Decodes an image; the message names the set, because both sets of an evaluation may have images of one name. */
    private static RgbImage decoded(String set, ImageSource source, int index) throws IOException {
        try {
            return source.image(index);
        } catch (CorruptImageException e) {
            throw new RequestException(set + ": " + e.getMessage(), e);
        }
    }

    /** The first images of a source, which must be squares of one size unless they are cropped. */
    private record Squares(String set, ImageSource source, int size, boolean cropped, int side)
            implements ImageSource {

        @Override
        public String name(int index) {
            return source.name(index);
        }

        @Override
        public int label(int index) {
            return source.label(index);
        }

        @Override
        public List<String> classes() {
            return source.classes();
        }

        @Override
        public RgbImage image(int index) throws IOException {
            RgbImage image = decoded(set, source, index);
            if (!cropped && (image.width() != side || image.height() != side)) {
                throw new RequestException(set + ": " + name(index) + " has " + image.width() + " x " + image.height()
                        + " pixels, not " + side + " x " + side + "; --image-size makes centre crops of one size");
            }
            return image;
        }

        @Override
        public void close() {
            source.close();
        }
    }

    /** Returns what messages call the set: its path. */
    public String name() {
        return squares.set;
    }

    /** Returns the number of images. */
    public int count() {
        return squares.size;
    }

    /** Returns the pixels along a side. */
    public int side() {
        return squares.side;
    }

    /** Returns the images with their classes; the set closes it. */
    public ImageSource source() {
        return squares;
    }

    /** Returns the number of images of a batch. */
    int batch() {
        return batch;
    }

    /** Goes back to the first image. */
    void rewind() {
        loader.seek(LoaderPosition.START);
        ended = false;
    }

    /** Returns the next batch, uint8 [B, 3, side, side], in the innermost scope; null after the last. */
    Tensor next() {
        if (ended) {
            return null;
        }
        try (Scope scope = Scope.open()) {
            Optional<ImageBatch> images = loader.next();
            ended = images.isEmpty();
            return ended ? null : images.get().levels().moveOutward();
        }
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s, %,d images of %d x %d", name(), count(), side(), side());
    }

    @Override
    public void close() {
        loader.close();
        squares.close();
    }
}
