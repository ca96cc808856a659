package org.flowprior.cli.encode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.KlBottleneck;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.FileChecksum;
import org.flowprior.config.RequestException;
import org.flowprior.data.CorruptImageException;
import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ImageSource;
import org.flowprior.data.LoaderPosition;
import org.flowprior.data.latents.CacheOptions;
import org.flowprior.data.latents.CacheWriter;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Precision;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Images through an autoencoder's encoder, in the set's order, centre crops. */
final class EncodeSource implements AutoCloseable {

    private final ImageSource images;
    private final Autoencoder autoencoder;
    private final ImageLoader loader;
    private final Device device;
    private final Precision precision;
    private final Map<String, String> provenance;

    private EncodeSource(ImageSource images, Autoencoder autoencoder, ImageLoader loader, Device device,
            Precision precision, Map<String, String> provenance) {
        this.images = images;
        this.autoencoder = autoencoder;
        this.loader = loader;
        this.device = device;
        this.precision = precision;
        this.provenance = provenance;
    }

    static EncodeSource open(Path weights, Path path, Device device, Precision precision, int batch, int workers,
            boolean skipCorrupt) throws IOException {
        FileArguments.requireFiles(weights);
        ImageSource images = ImageSource.open(path);
        Autoencoder autoencoder = null;
        try {
            autoencoder = Autoencoder.read(weights, config -> config.withRepa(null));
            autoencoder.to(device);
            autoencoder.eval();
            int size = autoencoder.config().imageSize();
            ImageLoader.Options how = ImageLoader.Options.inOrder(new ImageCrop.Centre(size), batch)
                    .withThreads(workers).withSkipCorrupt(skipCorrupt);
            Map<String, String> provenance = new LinkedHashMap<>();
            provenance.put("images", path.toString());
            provenance.put("imageCount", Integer.toString(images.size()));
            provenance.put("imageSize", Integer.toString(size));
            provenance.put("weights", weights.getFileName().toString());
            provenance.put("weightsCrc32c", FileChecksum.of(weights));
            provenance.put("precision", precision.name().toLowerCase(Locale.ROOT));
            return new EncodeSource(images, autoencoder, new ImageLoader(images, how), device, precision, provenance);
        } catch (RuntimeException | IOException e) {
            images.close();
            if (autoencoder != null) {
                autoencoder.close();
            }
            throw e;
        }
    }

    /** How its cache is to be written. */
    CacheOptions options(int imagesPerShard, DType dtype, boolean flips, Double scaling) {
        return new CacheOptions(imagesPerShard, dtype, gaussian(), flips, scaling, images.classes(), provenance);
    }

    private boolean gaussian() {
        return autoencoder.config().bottleneck() instanceof KlBottleneck.Options;
    }

    int total() {
        return images.size();
    }

    /** Names of the images that were found corrupt since the process began. */
    Set<String> corrupt() {
        return loader.corrupt();
    }

    /** Goes on with the image at that place. */
    void seek(long place) {
        if (place > images.size()) {
            throw new RequestException("the stopped run was at image " + place + ", but the set has " + images.size());
        }
        loader.seek(new LoaderPosition(0, place));
    }

    /** Gives the next batch to the writer; false at the end of the set. */
    boolean next(CacheWriter writer, boolean flips) {
        try (Scope scope = Scope.open()) {
            Optional<ImageBatch> batch = loader.next();
            if (batch.isEmpty()) {
                return false;
            }
            Tensor pixels = batch.get().images().to(device, DType.FLOAT32);
            writer.add(latents(pixels), flips ? latents(pixels.flip(3)) : null, batch.get().labels(),
                    batch.get().names(), loader.position().index());
            return true;
        } catch (CorruptImageException e) {
            throw new RequestException(e.getMessage() + "; --skip-corrupt leaves such images out", e);
        }
    }

    private Tensor latents(Tensor pixels) {
        return precision.compute(device,
                () -> gaussian() ? autoencoder.encoded(pixels) : autoencoder.encode(pixels));
    }

    @Override
    public void close() {
        loader.close();
        autoencoder.close();
        images.close();
    }
}
