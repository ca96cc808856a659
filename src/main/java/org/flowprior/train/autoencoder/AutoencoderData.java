package org.flowprior.train.autoencoder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.flowprior.config.RequestException;
import org.flowprior.data.CorruptImageException;
import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ImageSource;
import org.flowprior.data.LoaderPosition;
import org.flowprior.data.RandomRows;
import org.flowprior.data.RgbImage;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.train.Fingerprint;
import org.flowprior.train.ImageFingerprint;
import org.flowprior.train.RowSplit;

/**
 * The images: random crops, some of them flipped, for training; centre crops of other images for validation. A position
 * determines which images come next.
 */
final class AutoencoderData implements AutoCloseable {

    private final AutoencoderTrainingConfig config;
    private final Device device;
    private final List<ImageSource> opened = new ArrayList<>();
    private final ImageSource training;
    private final ImageSource validation;
    private final ImageLoader loader;

    /**
     * Opens the config's images.
     *
     * @throws RequestException         if there are too few
     * @throws IllegalArgumentException if a path is not an image set
     */
    AutoencoderData(AutoencoderTrainingConfig config) throws IOException {
        this.config = config;
        this.device = Device.of(config.device());
        try {
            AutoencoderTrainingConfig.Data data = config.data();
            ImageSource all = open(data.images());
            int measured = config.evaluation().images();
            if (!data.validation().isEmpty()) {
                ImageSource others = open(data.validation());
                training = all;
                validation = new Subset(others, RandomRows.distinct(others.size(), Math.min(others.size(), measured),
                        seed("heldOut")));
            } else {
                boolean halfStays = all.size() - measured >= Math.max(1, all.size() / 2);
                int heldOut = halfStays ? measured : Math.max(1, all.size() / 10);
                RowSplit split = RowSplit.holdingOut(new RowSplit.Whole(data.images(), all.size(), "images",
                        "data.validation", 1), heldOut, seed("heldOut"));
                training = new Subset(all, split.trainingRows());
                validation = new Subset(all, split.heldOut());
            }
            if (training.size() < config.training().batch()) {
                throw new RequestException(data.images() + " has " + training.size() + " images to train on, fewer "
                        + "than a batch of " + config.training().batch() + "; lower training.batch");
            }
            loader = new ImageLoader(training, new ImageLoader.Options(
                    new ImageCrop.Random(config.model().imageSize(), data.smallest(), 1), config.training().batch(),
                    data.flip(), true, true, data.skipCorrupt(), seed("crops"), data.decoders()));
        } catch (IOException | RuntimeException e) {
            opened.forEach(ImageSource::close);
            throw e;
        }
    }

    private long seed(String purpose) {
        return Seeds.derive(config.seed(), "autoencoder.data." + purpose);
    }

    private ImageSource open(String path) throws IOException {
        ImageSource source = ImageSource.open(Path.of(path));
        opened.add(source);
        return source;
    }

    /** Returns the fingerprints of the image sets, by their keys in the config. */
    Map<String, Fingerprint> fingerprints() throws IOException {
        Map<String, Fingerprint> fingerprints = new LinkedHashMap<>();
        String[] keys = {"data.images", "data.validation"};
        String[] paths = {config.data().images(), config.data().validation()};
        for (int i = 0; i < opened.size(); i++) {
            fingerprints.put(keys[i], ImageFingerprint.of(Path.of(paths[i]), opened.get(i)));
        }
        return fingerprints;
    }

    /** Some images of a set, which stays its owner's; their places in the set. */
    private record Subset(ImageSource all, long[] places) implements ImageSource {

        @Override
        public int size() {
            return places.length;
        }

        @Override
        public String name(int index) {
            return all.name((int) places[index]);
        }

        @Override
        public int label(int index) {
            return all.label((int) places[index]);
        }

        @Override
        public List<String> classes() {
            return all.classes();
        }

        @Override
        public RgbImage image(int index) throws IOException {
            return all.image((int) places[index]);
        }
    }

    // ---- training --------------------------------------------------------------------------------------------------

    /** Returns the number of training images. */
    int trainingImages() {
        return training.size();
    }

    /** Returns the number of validation images. */
    int validationImages() {
        return validation.size();
    }

    /** Returns the position of the next batch. */
    LoaderPosition position() {
        return loader.position();
    }

    /** Continues from a position. */
    void seek(LoaderPosition position) {
        loader.seek(position);
    }

    /** Returns the names of corrupt images that were left out since the process began. */
    Set<String> corrupt() {
        return loader.corrupt();
    }

    /**
     * Returns the images of the next step, float32 [batch, 3, H, H] in [-1, 1] on the CPU.
     *
     * @throws RequestException for a corrupt image, unless the config says to leave it out
     */
    Tensor batch() {
        try {
            return Scope.returning(() -> loader.nextOfAnyPass().images());
        } catch (CorruptImageException e) {
            throw corrupt(e);
        }
    }

    private static RequestException corrupt(CorruptImageException e) {
        return new RequestException(e.getMessage() + "; --set data.skipCorrupt=true leaves such images out", e);
    }

    // ---- validation ------------------------------------------------------------------------------------------------

    /**
     * Passes all validation images to the sink, always in the same order: float32 [B, 3, H, H] in [-1, 1] on the
     * device. Each call has a scope of its own.
     */
    void validate(Consumer<Tensor> sink) {
        ImageLoader.Options how = ImageLoader.Options
                .inOrder(new ImageCrop.Centre(config.model().imageSize()), config.evaluation().batch())
                .withThreads(config.data().decoders()).withSkipCorrupt(config.data().skipCorrupt());
        try (ImageLoader images = new ImageLoader(validation, how)) {
            boolean more = true;
            while (more) {
                try (Scope scope = Scope.open()) {
                    Optional<ImageBatch> batch = images.next();
                    more = batch.isPresent();
                    batch.ifPresent(b -> sink.accept(b.images().to(DType.FLOAT32, device)));
                }
            }
        } catch (CorruptImageException e) {
            throw corrupt(e);
        }
    }

    @Override
    public void close() {
        loader.close();
        opened.forEach(ImageSource::close);
    }
}
