package org.flowprior.cli.evaluate;

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
import org.flowprior.data.Pixels;
import org.flowprior.data.RgbImage;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** The images of one set to be evaluated, as squares of one size, in the set's order, in batches. */
final class EvaluateImages implements AutoCloseable {

    private final Path path;
    private final Squares squares;
    private final ImageLoader loader;
    private boolean ended;

    private EvaluateImages(Path path, Squares squares, ImageLoader loader) {
        this.path = path;
        this.squares = squares;
        this.loader = loader;
    }

    /**
     * Opens a set.
     *
     * @param crop pixels a side of ADM's centre crop; null: images stay as they are, squares of the first one's size
     */
    static EvaluateImages open(Path path, EvaluateSets sets, Integer crop) throws IOException {
        ImageSource source = ImageSource.open(path);
        try {
            Squares squares = Squares.of(path, source, sets.count(), crop);
            ImageLoader.Options how = ImageLoader.Options.inOrder(new ImageCrop.Centre(squares.side), sets.batch())
                    .withThreads(sets.workers());
            return new EvaluateImages(path, squares, new ImageLoader(squares, how));
        } catch (RuntimeException | IOException e) {
            source.close();
            throw e;
        }
    }

    /** The first images of a source, which must be squares of one size, or are cropped to be. */
    private static final class Squares implements ImageSource {

        private final Path path;
        private final ImageSource source;
        private final int size;
        private final boolean cropped;
        private final int side;

        private Squares(Path path, ImageSource source, int size, boolean cropped, int side) {
            this.path = path;
            this.source = source;
            this.size = size;
            this.cropped = cropped;
            this.side = side;
        }

        static Squares of(Path path, ImageSource source, Integer count, Integer crop) throws IOException {
            if (count != null && count > source.size()) {
                throw new RequestException(path + " has " + source.size() + " images, fewer than --count " + count);
            }
            int size = count == null ? source.size() : count;
            int side = crop == null ? decoded(path, source, 0).width() : crop;
            return new Squares(path, source, size, crop != null, side);
        }

        /** Names the set too, for both may hold images of that name. */
        private static RgbImage decoded(Path path, ImageSource source, int index) throws IOException {
            try {
                return source.image(index);
            } catch (CorruptImageException e) {
                throw new RequestException(path + ": " + e.getMessage(), e);
            }
        }

        @Override
        public int size() {
            return size;
        }

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
            RgbImage image = decoded(path, source, index);
            if (!cropped && (image.width() != side || image.height() != side)) {
                throw new RequestException(path + ": " + name(index) + " has " + image.width() + " x " + image.height()
                        + " pixels, not " + side + " x " + side + "; --image-size makes centre crops of one size");
            }
            return image;
        }

        @Override
        public void close() {
            source.close();
        }
    }

    /** Where it is. */
    Path path() {
        return path;
    }

    /** Number of images. */
    int count() {
        return squares.size;
    }

    /** Pixels along a side. */
    int side() {
        return squares.side;
    }

    /** The images with their classes. */
    ImageSource source() {
        return squares;
    }

    /** The next batch, uint8 [B, 3, side, side], in the innermost scope; nothing from the end on. */
    Optional<Tensor> next() {
        if (ended) {
            return Optional.empty();
        }
        try (Scope scope = Scope.open()) {
            Optional<ImageBatch> batch = loader.next();
            ended = batch.isEmpty();
            return batch.map(images -> Pixels.levels(images.images()).moveOutward());
        }
    }

    /** What it is, for people. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s, %,d images of %d x %d", path, count(), side(), side());
    }

    @Override
    public void close() {
        loader.close();
        squares.close();
    }
}
