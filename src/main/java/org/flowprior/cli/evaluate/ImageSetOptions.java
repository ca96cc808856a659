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

/** The options of {@code evaluate} for the images, and the sets that they name. */
final class ImageSetOptions {

    @Option(names = {"-g", "--generated"}, paramLabel = "SOURCE",
            description = "the images to be judged: a directory, filelist.txt, a .tar or a directory of them, an .npz "
                    + "with arr_0, or procedural:SIZE?seed=N&count=N")
    private Path generated;

    @Option(names = {"-r", "--real"}, paramLabel = "SOURCE",
            description = "the images they are compared with, likewise")
    private Path real;

    @Option(names = "--reference", paramLabel = "NPZ",
            description = "instead of --real its statistics: an .npz with mu and sigma (mu_s and sigma_s for sFID), "
                    + "as ADM publishes and --write-reference writes; images in it, arr_0, serve for precision and "
                    + "recall unless --real gives others")
    private Path reference;

    @Option(names = {"-a", "--autoencoder"}, paramLabel = "FILE",
            description = "judges the reconstructions of --real by that autoencoder: a file of train-autoencoder, or "
                    + "an official .pt")
    private Path autoencoder;

    @Option(names = {"-n", "--count"}, paramLabel = "N",
            description = "only the first N images of each set (default: all)")
    private Integer count;

    @Option(names = "--image-size", paramLabel = "N",
            description = "pixels a side of ADM's centre crop (default: that of the autoencoder, otherwise images stay "
                    + "as they are, and must be squares of one size)")
    private Integer imageSize;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "32",
            description = "images at once (default: ${DEFAULT-VALUE})")
    private int batch;

    @Mixin
    private WorkerOption workers;

    /** Refuses what does not go together when images are evaluated. */
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

    /** Whether images are to be judged. */
    boolean given() {
        return generated != null || autoencoder != null;
    }

    Path real() {
        return real;
    }

    Path reference() {
        return reference;
    }

    Path autoencoder() {
        return autoencoder;
    }

    /** What the options name; images in the reference are real ones. */
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

    /** The reference's statistics, or null. */
    StatisticsFile.Reference readReference() {
        return reference == null ? null : StatisticsFile.read(reference);
    }

    /** The autoencoder, ready to reconstruct, or null. */
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

    /** The images to be judged. */
    ImageSet openGenerated() throws IOException {
        return ImageSet.open(generated, how(imageSize));
    }

    /**
     * The images they are compared with, or those of the reference.
     *
     * @param reconstructing the autoencoder whose size they get, or null
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

    /** Threads that decode images. */
    int workers() {
        return workers.count();
    }
}
