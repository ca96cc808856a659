package org.flowprior.cli.features;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.config.RequestException;
import org.flowprior.data.CorruptImageException;
import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ImageSource;
import org.flowprior.torch.DType;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Images through an encoder, in the set's order, centre crops. */
final class FeaturesImages implements FeaturesSource {

    private final ImageSource images;
    private final FeaturesEncoder encoder;
    private final ImageLoader loader;
    private final Device device;
    private final String description;
    private final boolean flip;

    private FeaturesImages(ImageSource images, FeaturesEncoder encoder, ImageLoader loader, Device device,
            String description, boolean flip) {
        this.images = images;
        this.encoder = encoder;
        this.loader = loader;
        this.device = device;
        this.description = description;
        this.flip = flip;
    }

    static FeaturesImages open(Path path, FeaturesImageOptions options, FeaturesLayout layout, boolean flip,
            Device device) throws IOException {
        FileArguments.requireThere(options.weights());
        ImageSource images = ImageSource.open(path);
        try {
            FeaturesEncoder encoder = FeaturesEncoder.open(options, layout, device);
            ImageLoader.Options how = ImageLoader.Options
                    .inOrder(new ImageCrop.Centre(options.imageSize()), options.batch())
                    .withThreads(options.workers()).withSkipCorrupt(options.skipCorrupt());
            return new FeaturesImages(images, encoder, new ImageLoader(images, how), device, path.getFileName()
                    + " through " + options.weights().getFileName() + " at " + options.imageSize() + " pixels", flip);
        } catch (RuntimeException e) {
            images.close();
            throw e;
        }
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public boolean gaussian() {
        return encoder.gaussian();
    }

    @Override
    public long total() {
        return images.size();
    }

    @Override
    public void read(Sink sink) {
        boolean more = true;
        while (more) {
            try (Scope scope = Scope.open()) {
                Optional<ImageBatch> batch = loader.next();
                more = batch.isPresent() && add(sink, batch.get().images().to(device, DType.FLOAT32));
            } catch (CorruptImageException e) {
                throw new RequestException(e.getMessage() + "; --skip-corrupt leaves such images out", e);
            }
        }
    }

    private boolean add(Sink sink, Tensor batch) {
        long done = loader.position().index();
        return sink.add(encoder.rows(batch), done) && (!flip || sink.add(encoder.rows(batch.flip(3)), done));
    }

    @Override
    public List<String> notes() {
        Set<String> corrupt = loader.corrupt();
        return corrupt.isEmpty() ? List.of() : List.of(corrupt.size() + " corrupt images left out: "
                + String.join(", ", corrupt.stream().sorted().limit(10).toList()) + (corrupt.size() > 10 ? ", …" : ""));
    }

    @Override
    public void close() {
        loader.close();
        encoder.close();
        images.close();
    }
}
