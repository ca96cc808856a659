package org.flowprior.train.autoencoder;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.flowprior.config.RequestException;
import org.flowprior.data.CorruptImageException;
import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ImageSource;
import org.flowprior.data.LoaderPosition;
import org.flowprior.data.RandomRows;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Seeds;
import org.flowprior.torch.Tensor;
import org.flowprior.train.RowSplit;

/**
 * The images: random crops, some of them flipped, to train on; centre crops of others to validate on.
 *
 * <p>A position determines which images come next.
 */
final class AutoencoderData implements AutoCloseable {

    private final AutoencoderTrainingConfig config;
    private final Device device;
    private final List<ImageSource> opened = new ArrayList<>();
    private final ImageSource training;
    private final ImageSource validation;
    private ImageLoader loader;

    private AutoencoderData(AutoencoderTrainingConfig config) throws IOException {
        this.config = config;
        this.device = Device.of(config.device());
        try {
            AutoencoderTrainingConfig.Data data = config.data();
            ImageSource all = open(data.images());
            if (!data.validation().isEmpty()) {
                training = all;
                validation = some(open(data.validation()));
            } else {
                RowSplit split = RowSplit.holdingOut(new RowSplit.Whole(source(), all.size(), "images",
                        "data.validation", 1), config.evaluation().images(), seed("heldOut"));
                training = subset(all, split.rows(LongStream.range(0, split.training()).toArray()));
                validation = subset(all, split.heldOut());
            }
            if (training.size() < config.training().batch()) {
                throw new RequestException(source() + " has " + training.size() + " images to train on, fewer than a "
                        + "batch of " + config.training().batch() + "; lower training.batch");
            }
        } catch (IOException | RuntimeException e) {
            closeSources();
            throw e;
        }
    }

    /**
     * Opens the config's images.
     *
     * @throws RequestException         when there are too few
     * @throws IllegalArgumentException when a path is not an image set
     */
    static AutoencoderData open(AutoencoderTrainingConfig config) throws IOException {
        AutoencoderData data = new AutoencoderData(config);
        data.loader = new ImageLoader(data.training, new ImageLoader.Options(
                new ImageCrop.Random(config.model().imageSize(), config.data().smallest(), 1),
                config.training().batch(), config.data().flip(), true, true, config.data().skipCorrupt(),
                data.seed("crops"), config.data().decoders()));
        return data;
    }

    private long seed(String purpose) {
        return Seeds.derive(config.seed(), "autoencoder.data." + purpose);
    }

    private ImageSource open(String path) throws IOException {
        ImageSource source = ImageSource.open(Path.of(path));
        opened.add(source);
        return source;
    }

    /** The images that are measured, of a set that may have more. */
    private ImageSource some(ImageSource all) {
        long count = Math.min(all.size(), config.evaluation().images());
        return subset(all, RandomRows.distinct(all.size(), count, seed("heldOut")));
    }

    private static ImageSource subset(ImageSource all, long[] places) {
        return new AutoencoderImageSubset(all, places);
    }

    // ---- training --------------------------------------------------------------------------------------------------

    /** The path of the images, as the config names it. */
    String source() {
        return config.data().images();
    }

    /** Images to train on. */
    int trainingImages() {
        return training.size();
    }

    /** Images to validate on. */
    int validationImages() {
        return validation.size();
    }

    /** Where the next batch begins. */
    LoaderPosition position() {
        return loader.position();
    }

    /** Continues from such a position. */
    void seek(LoaderPosition position) {
        loader.seek(position);
    }

    /** Names of corrupt images that were left out since the process began. */
    Set<String> corrupt() {
        return loader.corrupt();
    }

    /**
     * The images of the next step, float32 [batch, 3, H, H] in [-1, 1] on the CPU.
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

    /** Takes images. */
    @FunctionalInterface
    interface Sink {
        /** Takes float32 [B, 3, H, H] in [-1, 1] on the device, in a scope that ends after the call. */
        void take(Tensor images);
    }

    /** Gives all validation images, always the same in the same order, in batches of the config's size. */
    void validate(Sink sink) {
        ImageLoader.Options how = ImageLoader.Options
                .inOrder(new ImageCrop.Centre(config.model().imageSize()), config.evaluation().batch())
                .withThreads(config.data().decoders()).withSkipCorrupt(config.data().skipCorrupt());
        try (ImageLoader images = new ImageLoader(validation, how)) {
            boolean more = true;
            while (more) {
                try (Scope scope = Scope.open()) {
                    Optional<ImageBatch> batch = images.next();
                    more = batch.isPresent();
                    batch.ifPresent(b -> sink.take(b.images().to(DType.FLOAT32, device)));
                }
            }
        } catch (CorruptImageException e) {
            throw corrupt(e);
        }
    }

    private void closeSources() {
        opened.forEach(ImageSource::close);
    }

    @Override
    public void close() {
        if (loader != null) {
            loader.close();
        }
        closeSources();
    }
}
