package org.flowprior.eval;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.flowprior.data.ImageBatch;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ImageSource;
import org.flowprior.target.FeatureSource;
import org.flowprior.torch.Scope;
import org.flowprior.torch.Tensor;

/** Reads the features that a network computes of images, batch by batch. */
public final class NetworkSource implements FeatureSource {

    private static final int NAMES_SHOWN = 10;

    private final ImageSource images;
    private final FeatureNetwork network;
    private final ImageLoader loader;
    private final boolean flip;
    private final String description;

    /**
     * Makes a source that owns images and network: {@link #close} closes both.
     *
     * @param how         crop, batch and threads, usually {@link ImageLoader.Options#inOrder}
     * @param flip        whether the features of each batch's mirrored images are read after those of the batch
     * @param description where the features come from, for the bank
     */
    public NetworkSource(ImageSource images, FeatureNetwork network, ImageLoader.Options how, boolean flip,
            String description) {
        this.images = images;
        this.network = network;
        this.loader = new ImageLoader(images, how);
        this.flip = flip;
        this.description = description;
    }

    @Override
    public String description() {
        return description;
    }

    @Override
    public boolean gaussian() {
        return network.isGaussian();
    }

    @Override
    public long total() {
        return images.size();
    }

    @Override
    public String unit() {
        return "images";
    }

    /**
     * Reads the features of all images.
     *
     * @throws org.flowprior.data.CorruptImageException for a corrupt image, unless they are skipped
     */
    @Override
    public void read(Sink sink) {
        boolean more = true;
        while (more) {
            try (Scope scope = Scope.open()) {
                Optional<ImageBatch> batch = loader.next();
                more = batch.isPresent() && add(sink, batch.get().levels());
            }
        }
    }

    private boolean add(Sink sink, Tensor levels) {
        long done = loader.position().index();
        return sink.add(network.of(levels).features(), done)
                && (!flip || sink.add(network.of(levels.flip(3)).features(), done));
    }

    /** Returns a sentence that names the corrupt images that were skipped, if there are any. */
    @Override
    public List<String> notes() {
        Set<String> corrupt = loader.corrupt();
        return corrupt.isEmpty() ? List.of() : List.of(corrupt.size() + " corrupt images left out: "
                + String.join(", ", corrupt.stream().sorted().limit(NAMES_SHOWN).toList())
                + (corrupt.size() > NAMES_SHOWN ? ", …" : ""));
    }

    @Override
    public void close() {
        loader.close();
        network.close();
        images.close();
    }
}
