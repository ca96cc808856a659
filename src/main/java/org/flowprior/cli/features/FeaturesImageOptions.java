package org.flowprior.cli.features;

import java.nio.file.Path;
import java.util.function.Function;
import org.flowprior.cli.common.PositiveOption;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of {@code features --images}. */
final class FeaturesImageOptions {

    /** What makes features of images. */
    enum Encoder { DINOV2, VAE, CLASSIFIER, TORCHSCRIPT }

    /** What a TorchScript module is given. */
    enum Input { SYMMETRIC, UNIT, IMAGENET }

    static final int DEFAULT_IMAGE_SIZE = 256;
    static final int DEFAULT_PATCH_SIZE = 16;
    static final int DEFAULT_BATCH = 16;

    @Option(names = "--encoder", paramLabel = "NAME",
            description = "dinov2 (patch tokens behind the last norm), vae (AutoencoderKL's mean and log-variance), "
                    + "classifier (a row an image, of evaluate --train-classifier) or torchscript (what its "
                    + "forward returns)")
    private Encoder encoder;

    @Option(names = "--weights", paramLabel = "FILE", description = "the encoder's weights, or the TorchScript module")
    private Path weights;

    @Option(names = "--image-size", paramLabel = "N",
            description = "pixels a side of the centre crop (default: " + DEFAULT_IMAGE_SIZE + ")")
    private Integer imageSize;

    @Option(names = "--patch-size", paramLabel = "N",
            description = "pixels a side of a dinov2 patch, to which the weights are resampled (default: "
                    + DEFAULT_PATCH_SIZE + ", the official code's)")
    private Integer patchSize;

    @Option(names = "--input", paramLabel = "NAME",
            description = "pixels that a TorchScript module takes: symmetric [-1, 1], unit [0, 1], or imagenet "
                    + "(without mean and over deviation of ImageNet) (default: symmetric)")
    private Input input;

    @Option(names = "--batch", paramLabel = "N", description = "images at once (default: " + DEFAULT_BATCH + ")")
    private Integer batch;

    @Option(names = "--workers", paramLabel = "N", description = "threads that decode images (default: all cores)")
    private Integer workers;

    @Option(names = "--skip-corrupt",
            description = "leaves corrupt images out and names them (default: the first ends the run)")
    private boolean skipCorrupt;

    /** Refuses what does not go together. */
    void check(boolean images, Function<String, ParameterException> wrong) {
        if (!images) {
            String given = encoder != null ? "--encoder" : weights != null ? "--weights" : imageSize != null
                    ? "--image-size"
                    : patchSize != null ? "--patch-size" : input != null ? "--input" : batch != null ? "--batch"
                    : workers != null ? "--workers" : skipCorrupt ? "--skip-corrupt" : null;
            if (given != null) {
                throw wrong.apply(given + " goes with --images");
            }
            return;
        }
        if (encoder == null || weights == null) {
            throw wrong.apply("--images needs --encoder and --weights");
        }
        PositiveOption.require("--image-size", imageSize, wrong);
        PositiveOption.require("--patch-size", patchSize, wrong);
        PositiveOption.require("--batch", batch, wrong);
        PositiveOption.require("--workers", workers, wrong);
        if (patchSize != null && encoder != Encoder.DINOV2) {
            throw wrong.apply("--patch-size goes with --encoder dinov2");
        }
        if (input != null && encoder != Encoder.TORCHSCRIPT) {
            throw wrong.apply("--input goes with --encoder torchscript");
        }
    }

    Encoder encoder() {
        return encoder;
    }

    Path weights() {
        return weights;
    }

    int imageSize() {
        return imageSize == null ? DEFAULT_IMAGE_SIZE : imageSize;
    }

    int patchSize() {
        return patchSize == null ? DEFAULT_PATCH_SIZE : patchSize;
    }

    Input input() {
        return input == null ? Input.SYMMETRIC : input;
    }

    int batch() {
        return batch == null ? DEFAULT_BATCH : batch;
    }

    int workers() {
        return workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    }

    boolean skipCorrupt() {
        return skipCorrupt;
    }
}
