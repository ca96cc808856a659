package org.flowprior.cli.evaluate;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Function;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.PositiveOption;
import org.flowprior.data.NpzImages;
import org.flowprior.torch.io.TensorFiles;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of {@code evaluate} for the images. */
final class EvaluateSets {

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

    @Option(names = "--workers", paramLabel = "N", description = "threads that decode images (default: all cores)")
    private Integer workers;

    /** Refuses numbers that are not positive. */
    void check(Function<String, ParameterException> wrong) {
        PositiveOption.require("--count", count, wrong);
        PositiveOption.require("--image-size", imageSize, wrong);
        PositiveOption.require("--batch", batch, wrong);
        PositiveOption.require("--workers", workers, wrong);
    }

    /** Whether images are to be judged. */
    boolean given() {
        return generated != null || autoencoder != null;
    }

    /** Whether the reference brings images with its statistics. */
    boolean referenceHoldsImages() throws NoSuchFileException {
        if (reference == null) {
            return false;
        }
        FileArguments.requireFiles(reference);
        return TensorFiles.list(reference).stream().anyMatch(entry -> entry.name().equals(NpzImages.ARRAY));
    }

    Path generated() {
        return generated;
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

    Integer count() {
        return count;
    }

    Integer imageSize() {
        return imageSize;
    }

    int batch() {
        return batch;
    }

    int workers() {
        return workers == null ? Runtime.getRuntime().availableProcessors() : workers;
    }
}
