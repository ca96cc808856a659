package org.flowprior.cli.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.cli.common.ComputeOptions;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.cli.common.TextTable;
import org.flowprior.config.RequestException;
import org.flowprior.eval.SmallClassifier;
import org.flowprior.generate.ClassCheck;
import org.flowprior.generate.ClassLabels;
import org.flowprior.generate.ImageSampler;
import org.flowprior.generate.ImageSampling;
import org.flowprior.generate.LatentOrigin;
import org.flowprior.generate.SampledFolder;
import org.flowprior.mar.Mar;
import org.flowprior.mar.MarFile;
import org.flowprior.mar.MarSampler;
import org.flowprior.torch.Device;
import org.flowprior.torch.io.AtomicFiles;
import org.flowprior.torch.io.FileChecksum;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowprior sample}: samples images from a generator and an autoencoder. */
@Command(
        name = "sample",
        sortOptions = false,
        description = {
            "Samples the same number of images of each class, one class after the other, as PNG files 00000.png, "
                    + "00001.png and so on, which evaluators read.",
            "An image depends only on --seed, its number, --batch and the options: after a stop the same command adds "
                    + "the missing images, and they are the same as those of a run without a stop."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior sample --mar runs/mar/mar.safetensors \\",
            "      --autoencoder runs/plain/autoencoder.safetensors --count 80 --cfg 3 \\",
            "      --out samples/drawn --grid drawn.png --check-classes",
            "  flowprior sample --mar checkpoint-last.pth --autoencoder ae.pt \\",
            "      --scaling 1.7052 --count 50000 --batch 256 --device cuda \\",
            "      --precision bf16 --out samples/in50k --npz in50k.npz"})
public final class Sample extends Subcommand {

    @Option(names = {"-m", "--mar"}, required = true, paramLabel = "FILE",
            description = "the generator: mar.safetensors of train-mar, or an official .pth, with its averaged weights "
                    + "if it has some")
    private Path generator;

    @Option(names = {"-a", "--autoencoder"}, required = true, paramLabel = "FILE",
            description = "the autoencoder on whose latents it was trained: a file of train-autoencoder, or an "
                    + "official .pt")
    private Path autoencoder;

    @Option(names = "--accept-other-autoencoder",
            description = "decodes also with an autoencoder other than the one whose latents the generator learnt")
    private boolean acceptOther;

    @Option(names = "--scaling", paramLabel = "X",
            description = "the factor of the latents in the generator's training (default: the one in its file)")
    private Double scaling;

    @Mixin
    private ClassOptions classes;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "of the token orders and the noise (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = {"-o", "--out"}, required = true, paramLabel = "DIR",
            description = "a new directory for the images, or that of a stopped run of the same command")
    private Path out;

    @Option(names = "--grid", paramLabel = "FILE",
            description = "also a PNG with a row for each class: up to " + SampledFolder.GRID_COLUMNS
                    + " images of each of the first " + SampledFolder.GRID_CLASSES + " classes")
    private Path grid;

    @Option(names = "--npz", paramLabel = "FILE",
            description = "also one .npz with all images as arr_0, in shuffled order, for ADM's evaluator")
    private Path npz;

    @Mixin
    private SamplerOptions how;

    @Option(names = "--check-classes",
            description = "trains a small classifier on real procedural images, a minute or two, and prints the share "
                    + "of the images that it classifies correctly")
    private boolean checkClasses;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "32",
            description = "images at once (default: ${DEFAULT-VALUE})")
    private int batch;

    @Mixin
    private ComputeOptions compute;

    @Override
    public Integer call() throws IOException {
        check().requirePositive("--batch", "--count");
        FileArguments.requirePlaces(grid, npz);
        for (Path file : new Path[] {grid, npz}) {
            if (file != null) {
                AtomicFiles.removeLeftovers(file.toAbsolutePath().getParent());
            }
        }
        Device place = compute.ready();
        BooleanSupplier stop = session().stopRequests("stopping: the finished images stay");
        FileArguments.requireFiles(generator, autoencoder);
        try (Mar mar = MarFile.read(generator);
                Autoencoder decoder = Autoencoder.read(autoencoder, config -> config.withRepa(null))) {
            ImageSampler.requireFitting(generator.toString(), mar.config(), autoencoder.toString(), decoder.config());
            mar.to(place);
            decoder.to(place);
            double factor = factor();
            ClassLabels labels = classes.labels(mar.config().classes());
            MarSampler.Options options = how.options(mar.config().tokens());
            if (checkClasses) {
                requireProcedural(mar.config().classes());
            }
            requireOwnAutoencoder();
            SampledFolder folder;
            Optional<ImageSampling.Speed> speed;
            try (ImageSampler sampler = ImageSampler.of(mar, decoder, factor, options, compute.precision())) {
                ImageSampling sampling = new ImageSampling(sampler, labels, seed, batch);
                folder = sampling.open(out, checksums());
                speed = sampling.fill(folder, session().console(), stop);
            }
            if (speed.isEmpty()) {
                return stopped("the same command continues");
            }
            finish(folder, speed.get());
        }
        return 0;
    }

    private void requireOwnAutoencoder() throws IOException {
        LatentOrigin origin = LatentOrigin.of(generator, FileChecksum.of(autoencoder));
        if (origin == LatentOrigin.SAME) {
            return;
        }
        String remark = origin == LatentOrigin.UNKNOWN
                ? generator + " does not say whose latents it learnt, so the autoencoder is not checked"
                : autoencoder + " is not the file of the autoencoder whose latents " + generator + " learnt";
        if (origin == LatentOrigin.OTHER && !acceptOther) {
            throw new RequestException(remark
                    + "; give that file, or --accept-other-autoencoder decodes with this one");
        }
        spec().commandLine().getErr().println("flowprior: " + remark);
    }

    /** Returns the factor of the latents in the generator's training: the option, or the one in its file. */
    private double factor() {
        if (scaling == null) {
            return MarFile.scaling(generator).orElseThrow(() -> new RequestException(generator
                    + " does not give the factor of its latents; --scaling X does, as encode and train-mar print it"));
        }
        if (!(scaling > 0 && Double.isFinite(scaling))) {
            throw new RequestException("--scaling must be positive, not " + scaling);
        }
        return scaling;
    }

    private static void requireProcedural(long classes) {
        if (classes != ClassCheck.classes()) {
            throw new RequestException("--check-classes knows the " + ClassCheck.classes() + " classes of procedural "
                    + "images, and the generator has " + classes);
        }
    }

    private Map<String, String> checksums() throws IOException {
        Map<String, String> checksums = new LinkedHashMap<>();
        checksums.put("marCrc32c", FileChecksum.of(generator));
        checksums.put("autoencoderCrc32c", FileChecksum.of(autoencoder));
        return checksums;
    }

    private void finish(SampledFolder folder, ImageSampling.Speed speed) throws IOException {
        ClassLabels labels = folder.labels();
        List<List<String>> rows = new ArrayList<>(List.of(
                TextTable.row("images", "%,d of %,d classes in %s%s", labels.count(), labels.classes().size(), out,
                        speed.made() == labels.count() ? "" : ", " + speed.made() + " of them new"),
                TextTable.row("images per second", "%s", speed)));
        if (grid != null) {
            folder.writeGrid(grid);
            rows.add(TextTable.row("grid", "%s", grid));
        }
        if (npz != null) {
            folder.writeNpz(npz, seed);
            rows.add(TextTable.row("npz", "%s", npz));
        }
        if (checkClasses) {
            ClassCheck found = ClassCheck.of(folder, SmallClassifier.Options.STANDARD, compute.decoders(),
                    session().console());
            rows.add(TextTable.row("class correctly classified", "%.1f%% of the generated images, %.1f%% of real ones, "
                    + "chance %.0f%%", 100 * found.generated(), 100 * found.real(), 100 * found.chance()));
        }
        TextTable.print(out(), rows);
    }
}
