package org.flowprior.cli.evaluate;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.OptionCheck;
import org.flowprior.cli.common.WorkerOption;
import org.flowprior.config.RequestException;
import org.flowprior.data.NpzImages;
import org.flowprior.eval.EvaluationPlan.Input;
import org.flowprior.eval.ImageSet;
import org.flowprior.eval.StatisticsFile;
import org.flowprior.torch.Device;
import org.flowprior.torch.io.TensorFiles;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code evaluate} for the images, and the image sets that they name. */
final class ImageSetOptions {

    @Option(names = {"-g", "--generated"}, paramLabel = "SOURCE",
            description = "the images to evaluate: a directory, filelist.txt, a .tar or a directory of them, an .npz "
                    + "with arr_0, or procedural:SIZE?seed=N&count=N")
    Path generated;

    @Option(names = {"-r", "--real"}, paramLabel = "SOURCE",
            description = "the images to compare with, in the same forms")
    Path real;

    @Option(names = "--reference", paramLabel = "NPZ",
            description = "statistics in place of --real: an .npz with mu and sigma (mu_s and sigma_s for sFID), as "
                    + "ADM publishes and --write-reference writes; its images, arr_0, serve for precision and recall "
                    + "unless --real gives others")
    Path reference;

    @Option(names = {"-a", "--autoencoder"}, paramLabel = "FILE",
            description = "evaluates the reconstructions of --real by that autoencoder: a file of train-autoencoder, or "
                    + "an official .pt")
    Path autoencoder;

    @Option(names = {"-n", "--count"}, paramLabel = "N",
            description = "only the first N images of each set (default: all)")
    private Integer count;

    @Option(names = "--image-size", paramLabel = "N",
            description = "pixels a side of ADM's centre crop (default: that of the autoencoder; without one "
                    + "images are not cropped, and must be squares of one size)")
    private Integer imageSize;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "32",
            description = "images at once (default: ${DEFAULT-VALUE})")
    private int batch;

    @Mixin
    WorkerOption workers;

    /** Refuses options that do not go together for the evaluation of images. */
    void check(boolean writesReference, OptionCheck options) {
        if (generated != null && real == null && reference == null) {
            throw options.wrong("--generated needs --real or --reference to be compared with");
        }
        if (real == null && (autoencoder != null || writesReference)) {
            throw options.wrong((autoencoder != null ? "--autoencoder" : "--write-reference")
                    + " needs the images, --real");
        }
        if (reference != null && generated == null) {
            throw options.wrong("--reference goes with --generated");
        }
    }

    /** Returns true if images are evaluated. */
    boolean given() {
        return generated != null || autoencoder != null;
    }

    /** Returns the inputs that the options name; images in the reference are real ones. */
    Set<Input> inputs() throws NoSuchFileException {
        Set<Input> inputs = EnumSet.noneOf(Input.class);
        if (generated != null) {
            inputs.add(Input.GENERATED);
        }
        if (real != null) {
            inputs.add(Input.REAL);
        }
        if (reference != null) {
            FileArguments.requireFiles(reference);
            inputs.add(Input.REFERENCE);
            if (TensorFiles.list(reference).stream().anyMatch(entry -> entry.name().equals(NpzImages.ARRAY))) {
                inputs.add(Input.REAL);
            }
        }
        if (autoencoder != null) {
            inputs.add(Input.AUTOENCODER);
        }
        return inputs;
    }

    /** Reads the reference's statistics, or null. */
    StatisticsFile.Reference readReference() {
        return reference == null ? null : StatisticsFile.read(reference);
    }

    /** Reads the autoencoder onto the device, or null. */
    Autoencoder readAutoencoder(Device device) throws NoSuchFileException {
        if (autoencoder == null) {
            return null;
        }
        FileArguments.requireFiles(autoencoder);
        Autoencoder read = Autoencoder.read(autoencoder, config -> config.withRepa(null));
        read.to(device);
        read.eval();
        return read;
    }

    /** Opens the images to evaluate. */
    ImageSet openGenerated() throws IOException {
        return ImageSet.open(generated, how(imageSize));
    }

    /**
     * Opens the images to compare with, or those of the reference.
     *
     * @param reconstructing the autoencoder whose image size they get, or null
     */
    ImageSet openReal(Autoencoder reconstructing) throws IOException {
        Integer side = reconstructing == null ? imageSize : Integer.valueOf(reconstructing.config().imageSize());
        if (imageSize != null && !imageSize.equals(side)) {
            throw new RequestException("--image-size " + imageSize + " does not go with " + autoencoder
                    + ", which takes images of " + side + " pixels");
        }
        return ImageSet.open(real == null ? reference : real, how(side));
    }

    private ImageSet.Options how(Integer side) {
        return new ImageSet.Options(count, side, batch, workers.count());
    }
}
