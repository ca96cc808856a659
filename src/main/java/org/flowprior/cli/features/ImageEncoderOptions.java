package org.flowprior.cli.features;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.OptionCheck;
import org.flowprior.cli.common.SkipCorruptOption;
import org.flowprior.cli.common.WorkerOption;
import org.flowprior.config.RequestException;
import org.flowprior.data.ImageCrop;
import org.flowprior.data.ImageLoader;
import org.flowprior.data.ImageSource;
import org.flowprior.eval.FeatureNetwork;
import org.flowprior.eval.NetworkSource;
import org.flowprior.eval.PixelRange;
import org.flowprior.target.FeatureLayout;
import org.flowprior.target.FeatureSource;
import org.flowprior.torch.Device;
import org.flowprior.torch.Tensor;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code features --images}. */
final class ImageEncoderOptions {

    private static final int IMAGE_SIZE = 256;
    private static final int PATCH_SIZE = 16;
    private static final int BATCH = 16;

    private enum Encoder { DINOV2, VAE, CLASSIFIER, TORCHSCRIPT }

    /** The range of the pixels that a TorchScript module takes. */
    private enum Input {
        SYMMETRIC(PixelRange.SYMMETRIC::of),
        /** Computed from [-1, 1], so not bit for bit {@link PixelRange#UNIT}: new banks equal those of earlier versions. */
        UNIT(levels -> PixelRange.SYMMETRIC.of(levels).mul(0.5).add(0.5)),
        IMAGENET(PixelRange.IMAGENET::of);

        private final UnaryOperator<Tensor> pixels;

        Input(UnaryOperator<Tensor> pixels) {
            this.pixels = pixels;
        }
    }

    @Option(names = "--encoder", paramLabel = "NAME",
            description = "dinov2 (patch tokens after the last norm), vae (AutoencoderKL's mean and log-variance), "
                    + "classifier (a row an image, of evaluate --train-classifier) or torchscript (the "
                    + "output of its forward)")
    private Encoder encoder;

    @Option(names = "--weights", paramLabel = "FILE", description = "the encoder's weights, or the TorchScript module")
    private Path weights;

    @Option(names = "--image-size", paramLabel = "N",
            description = "pixels a side of the centre crop (default: " + IMAGE_SIZE + ")")
    private Integer imageSize;

    @Option(names = "--patch-size", paramLabel = "N",
            description = "pixels a side of a dinov2 patch, to which the weights are resampled (default: "
                    + PATCH_SIZE + ", the official code's)")
    private Integer patchSize;

    @Option(names = "--input", paramLabel = "NAME",
            description = "pixels that a TorchScript module takes: symmetric [-1, 1], unit [0, 1], or imagenet "
                    + "(without mean and over deviation of ImageNet) (default: symmetric)")
    private Input input;

    @Option(names = "--batch", paramLabel = "N", description = "images at once (default: " + BATCH + ")")
    private Integer batch;

    @Mixin
    private WorkerOption workers;

    @Mixin
    private SkipCorruptOption skipCorrupt;

    /** Refuses options that do not go together. */
    void check(OptionCheck given) {
        given.requireFor("--images", given.has("--images"), "--encoder", "--weights", "--image-size", "--patch-size",
                "--input", "--batch", "--workers", "--skip-corrupt");
        if (given.has("--images") && (encoder == null || weights == null)) {
            throw given.wrong("--images needs --encoder and --weights");
        }
        given.requirePositive("--image-size", "--patch-size", "--batch");
        given.requireThreads("--workers");
        given.requireFor("--encoder dinov2", encoder == Encoder.DINOV2, "--patch-size");
        given.requireFor("--encoder torchscript", encoder == Encoder.TORCHSCRIPT, "--input");
    }

    /** Opens the images and the encoder. */
    FeatureSource open(Path path, FeatureLayout layout, boolean flip, Device device) throws IOException {
        FileArguments.requireThere(weights);
        ImageSource images = ImageSource.open(path);
        try {
            int size = imageSize == null ? IMAGE_SIZE : imageSize;
            ImageLoader.Options how = ImageLoader.Options
                    .inOrder(new ImageCrop.Centre(size), batch == null ? BATCH : batch)
                    .withThreads(workers.count()).withSkipCorrupt(skipCorrupt.isGiven());
            return new NetworkSource(images, network(size, layout, device), how, flip, path.getFileName() + " through "
                    + weights.getFileName() + " at " + size + " pixels");
        } catch (RuntimeException e) {
            images.close();
            throw e;
        }
    }

    private FeatureNetwork network(int size, FeatureLayout layout, Device device) {
        if (layout != FeatureLayout.AUTO && encoder != Encoder.TORCHSCRIPT) {
            throw new RequestException("--layout goes with --arrays and TorchScript modules; that of the encoder is "
                    + "known");
        }
        return switch (encoder) {
            case DINOV2 -> FeatureNetwork.patchTokens(weights, device, size,
                    patchSize == null ? PATCH_SIZE : patchSize);
            case VAE -> FeatureNetwork.autoencoderKl(weights, device);
            case CLASSIFIER -> FeatureNetwork.classifier(weights);
            case TORCHSCRIPT -> FeatureNetwork.torchScript(weights, device,
                    (input == null ? Input.SYMMETRIC : input).pixels, layout);
        };
    }
}
