package org.flowprior.cli.evaluate;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.OptionCheck;
import org.flowprior.eval.FeatureNetwork;
import org.flowprior.eval.PixelRange;
import org.flowprior.torch.Device;
import picocli.CommandLine.Option;

/** The options of {@code evaluate} for the network whose features are compared. */
final class FeatureOptions {

    private static final int TRANSFORMER_SIZE = 224;

    @Option(names = "--features", paramLabel = "KIND:FILE",
            description = "inception:FILE (the TensorFlow weights as torch-fidelity publishes them), torchscript:FILE, "
                    + "dinov2:FILE or classifier:FILE (of --train-classifier)")
    private String features;

    @Option(names = "--input", paramLabel = "NAME",
            description = "pixels that a TorchScript module takes: uint8, levels (0 to 255 in float32), unit [0, 1], "
                    + "symmetric [-1, 1] or imagenet (without mean and over deviation of ImageNet) (default: "
                    + "symmetric)")
    private PixelRange input;

    @Option(names = "--input-size", paramLabel = "N",
            description = "pixels a side to which images are resized for a TorchScript module or dinov2, bicubic "
                    + "with antialiasing (default: " + TRANSFORMER_SIZE + " for dinov2, no resizing for TorchScript)")
    private Integer inputSize;

    @Option(names = "--tokens", paramLabel = "NAME",
            description = "features of dinov2: cls (its class token) or mean (of its patches) (default: cls)")
    private FeatureNetwork.Tokens tokens;

    /** Refuses options that do not go together. */
    void check(OptionCheck options) {
        String kind = kind();
        if (given() && (!kind.matches("inception|torchscript|dinov2|classifier")
                || features.length() == kind.length() + 1)) {
            throw options.wrong("--features " + features + " must be inception:FILE, torchscript:FILE, dinov2:FILE or "
                    + "classifier:FILE");
        }
        options.requireFor("--features torchscript:FILE", kind.equals("torchscript"), "--input");
        options.requireFor("--features torchscript:FILE and dinov2:FILE", kind.matches("torchscript|dinov2"),
                "--input-size");
        options.requirePositive("--input-size");
        options.requireFor("--features dinov2:FILE", kind.equals("dinov2"), "--tokens");
    }

    /** Returns true if a network is named. */
    boolean given() {
        return features != null;
    }

    private String kind() {
        return given() ? features.substring(0, Math.max(0, features.indexOf(':'))) : "";
    }

    /** Returns the network's file, or null. */
    Path file() {
        return given() ? Path.of(features.substring(kind().length() + 1)) : null;
    }

    /**
     * Opens the network.
     *
     * @param side pixels along a side of the images
     */
    FeatureNetwork open(Device device, int side) throws NoSuchFileException {
        Path file = file();
        FileArguments.requireFiles(file);
        return switch (kind()) {
            case "inception" -> FeatureNetwork.inception(file, device);
            case "torchscript" -> FeatureNetwork.torchScript(file, device,
                    input == null ? PixelRange.SYMMETRIC : input, inputSize == null ? side : inputSize,
                    inputSize != null);
            case "dinov2" -> FeatureNetwork.visionTransformer(file, device,
                    tokens == null ? FeatureNetwork.Tokens.CLS : tokens,
                    inputSize == null ? TRANSFORMER_SIZE : inputSize);
            default -> FeatureNetwork.classifier(file);
        };
    }
}
