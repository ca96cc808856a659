package org.flowprior.eval;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.flowprior.target.FeatureLayout;
import org.flowprior.torch.Device;
import org.flowprior.torch.Tensor;

/**
 * A network that computes features of images, with the range and size of pixels that it takes. Those with one row an
 * image are compared: by Fréchet distance, precision and recall, and by their logits in the Inception score; only
 * {@linkplain #isInception Inception's} numbers can be compared with published ones. All of them make feature banks,
 * through a {@link NetworkSource}.
 */
public interface FeatureNetwork extends AutoCloseable {

    /** What a network gives. */
    enum Output {
        /** What Fréchet distance, precision and recall compare. */
        FEATURES,
        /** Features with positions, which sFID compares. */
        SPATIAL,
        /** Logits of classes, for the Inception score. */
        LOGITS
    }

    /**
     * What a network computed of images, on its device.
     *
     * @param features float32 [B, D]; of networks with several rows an image [n, D], image after image
     * @param spatial  float32 [B, S], features with positions, for sFID; null from a network without them
     * @param logits   float32 [B, C], of classes, for the Inception score; null from a network without them
     */
    record Outputs(Tensor features, Tensor spatial, Tensor logits) {

        static Outputs of(Tensor features) {
            return new Outputs(features, null, null);
        }

        Outputs moveOutward() {
            features.moveOutward();
            if (spatial != null) {
                spatial.moveOutward();
            }
            if (logits != null) {
                logits.moveOutward();
            }
            return this;
        }
    }

    /** What one row of a vision transformer's features is. */
    enum Tokens {
        /** The class token, after the last norm. */
        CLS,
        /** The mean of the patch tokens, after the last norm. */
        MEAN
    }

    /** Names the features in a few words. */
    String label();

    /** Returns true for the Inception of the published numbers. */
    default boolean isInception() {
        return false;
    }

    /** Returns true if a row of features is mean and log-variance, [n, 2D]. */
    default boolean isGaussian() {
        return false;
    }

    /** Returns what the network gives; always {@link Output#FEATURES}. */
    default Set<Output> outputs() {
        return EnumSet.of(Output.FEATURES);
    }

    /**
     * Computes the features of images, without gradients.
     *
     * @param images uint8 [B, 3, H, W], on any device
     * @return in the innermost scope
     * @throws IllegalArgumentException for images that the network does not take
     */
    Outputs of(Tensor images);

    /** Frees the network. */
    @Override
    void close();

    /**
     * Reads Inception with TensorFlow's weights: pooled and spatial features, logits without bias.
     *
     * @throws IllegalArgumentException     naming the file, when it holds something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    static FeatureNetwork inception(Path file, Device device) {
        return ModuleFeatures.inception(file, device);
    }

    /**
     * Reads a TorchScript module that makes features [B, D] of images, or features and logits [B, C].
     *
     * @param range   the pixels that the module takes
     * @param size    pixels a side that it takes
     * @param resizes whether images of other sizes are resized to that; otherwise they are given as they are
     * @throws IllegalArgumentException naming the file, when it is not TorchScript, or makes something else
     */
    static FeatureNetwork torchScript(Path file, Device device, PixelRange range, int size, boolean resizes) {
        return TorchScriptFeatures.perImage(file, device, range, size, resizes);
    }

    /**
     * Reads a TorchScript module that makes one tensor of images, whose first dimension is the images'. Images are
     * given in their own size.
     *
     * @param pixels turns levels, float32 [B, 3, H, W] in [0, 255], into the module's input, such as {@code
     *               PixelRange.UNIT::of}
     * @param layout of the tensor that the module makes
     * @throws IllegalArgumentException naming the file, when it is not TorchScript
     */
    static FeatureNetwork torchScript(Path file, Device device, UnaryOperator<Tensor> pixels, FeatureLayout layout) {
        return new TorchScriptFeatures(file, device, pixels, null, layout);
    }

    /**
     * Reads DINOv2, or another vision transformer, and gives one row an image. Images are resized to its size.
     *
     * @param size pixels a side, to which its position embedding is resampled
     * @throws IllegalArgumentException     naming the file, when it holds something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    static FeatureNetwork visionTransformer(Path file, Device device, Tokens tokens, int size) {
        return switch (tokens) {
            case CLS -> ModuleFeatures.transformer(file, device, c -> c.withGrid(size, c.patchSize()), "class tokens",
                    (network, all) -> network.classToken(all).flatten(1));
            case MEAN -> ModuleFeatures.transformer(file, device, c -> c.withGrid(size, c.patchSize()),
                    "mean patch tokens", (network, all) -> network.patchTokens(all).mean(1L));
        };
    }

    /**
     * Reads DINOv2, or another vision transformer, and gives a row for each patch: its patch tokens, after the last
     * norm. Images are resized to its size.
     *
     * @param size      pixels a side, to which its position embedding is resampled; a multiple of the patch size
     * @param patchSize pixels a side of a patch, to which its patch embedding is resampled
     * @throws IllegalArgumentException     naming the file, when it holds something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    static FeatureNetwork patchTokens(Path file, Device device, int size, int patchSize) {
        return ModuleFeatures.transformer(file, device, c -> c.withGrid(size, patchSize), "patch tokens",
                (network, all) -> network.patchTokens(all).flatten(0, 1));
    }

    /**
     * Reads the encoder of a latent diffusion model's VAE, which gives a row for each position of the latent grid: mean
     * and log-variance. Images are taken in their own size.
     *
     * @throws IllegalArgumentException     naming the file, when it holds something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    static FeatureNetwork autoencoderKl(Path file, Device device) {
        return ModuleFeatures.autoencoderKl(file, device);
    }

    /**
     * Reads a classifier that {@link SmallClassifier#write} wrote: pooled features and logits, on the CPU.
     *
     * @throws IllegalArgumentException     naming the file, when it holds something else
     * @throws java.io.UncheckedIOException when it cannot be read
     */
    static FeatureNetwork classifier(Path file) {
        return ModuleFeatures.classifier(file);
    }
}
