package org.flowprior.cli.sample;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.flowprior.cli.common.DeviceOptions;
import org.flowprior.cli.common.ErrorReport;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.FileChecksum;
import org.flowprior.cli.common.PositiveOption;
import org.flowprior.cli.common.Session;
import org.flowprior.cli.common.TextTable;
import org.flowprior.eval.SmallClassifier;
import org.flowprior.mar.MarSampler;
import org.flowprior.torch.Device;
import org.flowprior.torch.Precision;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code flowprior sample}: images from a generator and an autoencoder. */
@Command(
        name = "sample",
        sortOptions = false,
        description = {
            "Makes images of the classes asked for: as many of each, one class after the other, as PNG files "
                    + "00000.png, 00001.png and so on, which is what evaluators read.",
            "An image depends on --seed, its number, --batch and the options, on nothing else: the same command goes "
                    + "on behind images that are there already, and makes what it would have made at once."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior sample --mar runs/mar/mar.safetensors \\",
            "      --autoencoder runs/plain/autoencoder.safetensors --count 80 --cfg 3 \\",
            "      --out samples/drawn --grid drawn.png --check-classes",
            "  flowprior sample --mar checkpoint-last.pth --autoencoder ae.pt \\",
            "      --scaling 1.7052 --count 50000 --batch 256 --device cuda \\",
            "      --precision bf16 --out samples/in50k --npz in50k.npz"})
public final class Sample implements Callable<Integer> {

    @Option(names = {"-m", "--mar"}, required = true, paramLabel = "FILE",
            description = "the generator: mar.safetensors of train-mar, or an official .pth, of which the averaged "
                    + "weights are taken where there are some")
    private Path generator;

    @Option(names = {"-a", "--autoencoder"}, required = true, paramLabel = "FILE",
            description = "the autoencoder whose latents it was trained on: a file of train-autoencoder, or an "
                    + "official .pt")
    private Path autoencoder;

    @Option(names = "--scaling", paramLabel = "X",
            description = "what the latents were multiplied by for the generator (default: what its file says)")
    private Double scaling;

    @Option(names = "--classes", paramLabel = "LIST", defaultValue = "all",
            description = "numbers and ranges such as 207,360,0-9, or all (default: ${DEFAULT-VALUE})")
    private String classes;

    @Option(names = {"-n", "--count"}, paramLabel = "N",
            description = "images altogether, a multiple of the classes (default: one of each class)")
    private Integer count;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "of the orders and the noise (default: ${DEFAULT-VALUE})")
    private long seed;

    @Option(names = {"-o", "--out"}, required = true, paramLabel = "DIR",
            description = "a new directory for the images, or the one of a stopped run of the same command")
    private Path out;

    @Option(names = "--grid", paramLabel = "FILE",
            description = "also a PNG with a row for each class: up to " + SampleOutputs.GRID_COLUMNS
                    + " images of each of the first " + SampleOutputs.GRID_CLASSES + " classes")
    private Path grid;

    @Option(names = "--npz", paramLabel = "FILE",
            description = "also one .npz with all images as arr_0, in shuffled order, for ADM's evaluator")
    private Path npz;

    @Mixin
    private SampleOptions how;

    @Option(names = "--check-classes",
            description = "trains a small classifier on real procedural images, a minute or two, and prints the share "
                    + "of the images whose class it names rightly")
    private boolean checkClasses;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "32",
            description = "images at once (default: ${DEFAULT-VALUE})")
    private int batch;

    @Option(names = "--precision", paramLabel = "NAME", defaultValue = "float32",
            description = "float32 or bf16 (default: ${DEFAULT-VALUE})")
    private Precision precision;

    @Mixin
    private DeviceOptions device;

    @CommandLine.ParentCommand
    private Session session;

    @CommandLine.Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        check();
        FileArguments.requirePlaces(grid, npz);
        Device place = device.ready(precision);
        BooleanSupplier stop = session.stopRequests("stopping: the images that are there stay");
        try (SampleModels models = SampleModels.open(generator, autoencoder, place, precision)) {
            double factor = SampleScaling.of(generator, scaling);
            SampleLabels labels = SampleLabels.of(classes, count, models.config().classes());
            MarSampler.Options options = how.options(models.config().tokens());
            if (checkClasses) {
                SampleClassCheck.requireProcedural(models.config().classes());
            }
            SampleRun run = new SampleRun(models, options, labels, seed, factor, batch);
            SampleFolder folder;
            SampleRun.Speed speed;
            try (MarSampler sampler = models.sampler(options)) {
                folder = SampleFolder.open(out, request(options, labels, factor, place));
                speed = run.into(folder, sampler, session.console(), stop);
            }
            if (speed == null) {
                spec.commandLine().getErr().println("flowprior: stopped; the same command goes on");
                return ErrorReport.STOPPED;
            }
            finish(new SampleOutputs(folder, labels), labels, models.imageSize(), speed);
        }
        return 0;
    }

    private void finish(SampleOutputs outputs, SampleLabels labels, int side, SampleRun.Speed speed)
            throws IOException {
        List<List<String>> rows = new ArrayList<>(List.of(
                TextTable.row("images", "%,d of %,d classes in %s%s", labels.count(), labels.classes().size(), out,
                        speed.made() == labels.count() ? "" : ", " + speed.made() + " of them new"),
                TextTable.row("images per second", "%s", speed)));
        if (grid != null) {
            outputs.writeGrid(grid);
            rows.add(TextTable.row("grid", "%s", grid));
        }
        if (npz != null) {
            outputs.writeNpz(npz, seed);
            rows.add(TextTable.row("npz", "%s", npz));
        }
        if (checkClasses) {
            rows.addAll(SampleClassCheck.of(outputs, labels, side, SmallClassifier.Options.STANDARD,
                    device.decoders(), session.console()).rows());
        }
        TextTable.of(rows).forEach(spec.commandLine().getOut()::println);
        spec.commandLine().getOut().flush();
    }

    /** What the images depend on. */
    private JsonObject request(MarSampler.Options options, SampleLabels labels, double factor, Device place)
            throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("marCrc32c", FileChecksum.of(generator));
        json.addProperty("autoencoderCrc32c", FileChecksum.of(autoencoder));
        json.addProperty("scaling", factor);
        json.addProperty("seed", seed);
        SampleOptions.describe(options, labels).entrySet().forEach(e -> json.add(e.getKey(), e.getValue()));
        json.addProperty("batch", batch);
        json.addProperty("precision", precision.name().toLowerCase(Locale.ROOT));
        json.addProperty("device", place.type().name().toLowerCase(Locale.ROOT));
        return json;
    }

    private void check() {
        PositiveOption.require("--batch", batch, this::wrong);
        PositiveOption.require("--count", count, this::wrong);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
