package org.flowprior.eval;

import java.nio.file.Path;
import java.util.Set;
import org.flowprior.torch.Device;
import org.flowprior.torch.Tensor;

/**
 * A network whose features of images are compared: as Fréchet distance, precision and recall, and by its logits the
 * Inception score. Only {@linkplain #isInception Inception's} numbers can be set beside published ones.
 */
public interface FeatureNetwork extends AutoCloseable {

    /** What a network may give. */
    enum Output {
        /** What Fréchet distance, precision and recall compare. */
        FEATURES,
        /** Features that know of places, which sFID compares. */
        SPATIAL,
        /** Of classes, which make the Inception score. */
        LOGITS
    }

    /** What a vision transformer's features are. */
    enum Tokens {
        /** Its class token, behind the last norm. */
        CLS,
        /** The mean of its patch tokens, behind the last norm. */
        MEAN
    }

    /** What its features are called, in a few words. */
    String label();

    /** Whether it is the Inception of the published numbers. */
    boolean isInception();

    /** What it gives; always {@link Output#FEATURES}. */
    Set<Output> outputs();

    /**
     * What it makes of images, without gradients.
     *
     * @param images uint8 [B, 3, H, W], on any device
     * @throws IllegalArgumentException for images that the network does not take
     */
    FeatureOutputs of(Tensor images);

    @Override
    void close();

    /**
     * Inception with TensorFlow's weights: pooled and spatial features, logits without bias.
     *
     * @throws IllegalArgumentException     naming the file, when it holds something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    static FeatureNetwork inception(Path file, Device device) {
        return new InceptionFeatures(file, device);
    }

    /**
     * A TorchScript module that makes [B, D] of images, or also logits [B, C] behind that.
     *
     * @param range   what it is given
     * @param size    pixels a side that it takes
     * @param resizes whether images of other sizes are resized to that; otherwise it is given them as they are
     * @throws IllegalArgumentException naming the file, when it is no TorchScript, or makes something else
     */
    static FeatureNetwork torchScript(Path file, Device device, PixelRange range, int size, boolean resizes) {
        return new TorchScriptFeatures(file, device, range, size, resizes);
    }

    /**
     * DINOv2, or another vision transformer, to whose size images are resized.
     *
     * @param size pixels a side, to which its position embedding is resampled
     * @throws IllegalArgumentException     naming the file, when it holds something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    static FeatureNetwork visionTransformer(Path file, Device device, Tokens tokens, int size) {
        return new TransformerFeatures(file, device, tokens, size);
    }

    /**
     * A classifier that {@link SmallClassifier#write} wrote: pooled features and logits.
     *
     * @throws IllegalArgumentException     naming the file, when it holds something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    static FeatureNetwork classifier(Path file) {
        return new ClassifierFeatures(file);
    }
}
