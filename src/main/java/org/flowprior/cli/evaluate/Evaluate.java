package org.flowprior.cli.evaluate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.cli.common.DeviceOptions;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.OptionCheck;
import org.flowprior.cli.common.Subcommand;
import org.flowprior.eval.Evaluation;
import org.flowprior.eval.EvaluationConvention;
import org.flowprior.eval.EvaluationPlan;
import org.flowprior.eval.EvaluationPlan.Input;
import org.flowprior.eval.EvaluationResult;
import org.flowprior.eval.FeatureNetwork;
import org.flowprior.eval.ImageSet;
import org.flowprior.eval.Metric;
import org.flowprior.eval.StatisticsFile;
import org.flowprior.eval.UnmeasurableException;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowprior evaluate}: measures images and latents with the metrics of the literature. */
@Command(
        name = "evaluate",
        sortOptions = false,
        description = {
            "Measures generated images, reconstructions and latents: FID, sFID, Inception score, precision and recall, "
                    + "rFID, PSNR, SSIM, LPIPS, and the mean log distance to the k-th nearest target.",
            "FID, sFID, the Inception score, precision and recall depend on the features: only those of inception:FILE "
                    + "can be compared with published ones. Those of another network are labelled with its name.",
            "Images are read in a stream: memory does not grow with their number, except for precision, recall and "
                    + "the Inception score, which keep features and logits."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior evaluate --generated samples/in50k \\",
            "      --reference VIRTUAL_imagenet256_labeled.npz \\",
            "      --features inception:weights-inception-2015-12-05-6726825d.pth \\",
            "      --convention adm",
            "  flowprior evaluate --autoencoder runs/ae/autoencoder.safetensors \\",
            "      --real imagenet/val \\",
            "      --features inception:weights-inception-2015-12-05-6726825d.pth \\",
            "      --out rfid.json",
            "  flowprior evaluate --real 'procedural:64?seed=0&count=10000' \\",
            "      --train-classifier classifier.safetensors",
            "  flowprior evaluate --generated samples/drawn \\",
            "      --real 'procedural:64?seed=1&count=500' \\",
            "      --features classifier:classifier.safetensors",
            "  flowprior evaluate --latents caches/drawn \\",
            "      --prior runs/prior/prior.safetensors --bank banks/targets"})
public final class Evaluate extends Subcommand {

    @Mixin
    private ImageSetOptions sets;

    @Mixin
    private FeatureOptions features;

    @Option(names = {"-m", "--metrics"}, split = ",", paramLabel = "NAME",
            description = "of fid, sfid, is, pr, rfid, psnr, ssim and lpips, separated by commas (default: all that "
                    + "the other options allow)")
    private List<Metric> metrics;

    @Option(names = "--convention", paramLabel = "NAME", defaultValue = "torch-fidelity",
            description = "torch-fidelity or adm, whose evaluators differ in Inception score, precision and recall; "
                    + "the output names it (default: ${DEFAULT-VALUE})")
    private EvaluationConvention convention;

    @Option(names = "--k", paramLabel = "N", defaultValue = "" + Evaluation.DEFAULT_K,
            description = "the nearest neighbour for precision, recall and --latents (default: ${DEFAULT-VALUE})")
    private int k;

    @Mixin
    private LpipsOptions lpips;

    @Mixin
    private LatentOptions latents;

    @Mixin
    private ClassifierOptions classifier;

    @Option(names = "--write-reference", paramLabel = "NPZ",
            description = "writes the statistics of --real, for use as --reference")
    private Path writeReference;

    @Option(names = {"-o", "--out"}, paramLabel = "JSON", description = "also writes the results there")
    private Path out;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "for the choice of points and the classifier's training (default: ${DEFAULT-VALUE})")
    private long seed;

    @Mixin
    private DeviceOptions device;

    @Override
    public Integer call() throws IOException {
        OptionCheck options = check();
        checkOptions(options);
        FileArguments.requirePlaces(out, writeReference, classifier.file);
        latents.requireThere();
        Device place = device.ready();
        EvaluationReport report = new EvaluationReport();
        try (Scope scope = Scope.open()) {
            if (classifier.file != null) {
                try (ImageSet images = sets.openReal(null)) {
                    classifier.train(images, sets.workers.count(), seed, session().console(), report);
                }
            }
            evaluateImages(report, place, options);
            if (latents.given()) {
                latents.measure(report, k, seed, place);
            }
        }
        report.print(out());
        if (out != null) {
            report.fact("seed", seed);
            report.write(out);
        }
        return 0;
    }

    private void evaluateImages(EvaluationReport report, Device place, OptionCheck options) throws IOException {
        EvaluationPlan plan = plan(options);
        if (!plan.looksAtImages()) {
            return;
        }
        StatisticsFile.Reference reference = sets.readReference();
        try (Autoencoder autoencoder = sets.readAutoencoder(place);
                ImageSet generated = plan.has(Input.GENERATED) ? sets.openGenerated() : null;
                ImageSet real = plan.looksAtReal() ? sets.openReal(autoencoder) : null;
                FeatureNetwork network = plan.looksAtFeatures()
                        ? features.open(place, (generated == null ? real : generated).side()) : null;
                Lpips weights = plan.wants(Metric.LPIPS) ? lpips.read(place) : null) {
            Evaluation evaluation = Evaluation.of(generated, real)
                    .reference(reference, String.valueOf(sets.reference))
                    .reconstructedBy(autoencoder)
                    .through(network, String.valueOf(features.file()))
                    .lpips(weights)
                    .convention(convention)
                    .k(k)
                    .keepStatistics(writeReference != null)
                    .on(place)
                    .reportTo(session().console());
            if (metrics != null) {
                evaluation.metrics(metrics.toArray(Metric[]::new));
            }
            EvaluationResult result = evaluation.run();
            report.sets(generated, real);
            report(report, network, result);
        } catch (UnmeasurableException e) {
            throw options.wrong(e.getMessage());
        }
    }

    private void report(EvaluationReport report, FeatureNetwork network, EvaluationResult result) {
        report.input("reference", sets.reference);
        report.input("autoencoder", sets.autoencoder);
        if (network != null) {
            report.fact("features", network.label());
            report.fact("featuresFile", features.file());
            boolean published = network.isInception() && PublishedInception.is(features.file());
            report.fact("published", published);
            report.fact("dimension", result.dimension());
            report.row("features", String.format(Locale.ROOT, "%s, %,d numbers%s", features.file(),
                    result.dimension(), published ? ""
                            : network.isInception() ? "; unverified: not the file of published results"
                                    : "; not comparable with published results"));
        }
        boolean neighbours = result.metrics().contains(Metric.PR);
        if (neighbours || result.metrics().contains(Metric.IS)) {
            report.fact("convention", convention);
            if (neighbours) {
                report.fact("k", k);
            }
            report.row("convention", convention + (neighbours ? ", k = " + k : ""));
        }
        if (writeReference != null) {
            StatisticsFile.write(writeReference, result.statistics());
            report.row("reference written", writeReference.toString());
            report.fact("referenceWritten", writeReference);
        }
        result.measures().forEach(measure -> report.metric(measure.key(), measure.label(), measure.value()));
        result.notes().forEach(report::note);
    }

    /** Returns the metrics to measure on the inputs that the options name. */
    private EvaluationPlan plan(OptionCheck options) throws IOException {
        Set<Input> inputs = sets.inputs();
        if (features.given()) {
            inputs.add(Input.NETWORK);
        }
        if (lpips.given()) {
            inputs.add(Input.LPIPS);
        }
        boolean writes = writeReference != null;
        EvaluationPlan plan = metrics == null ? EvaluationPlan.usual(inputs, writes)
                : new EvaluationPlan(EnumSet.copyOf(metrics), inputs, writes);
        sets.check(writes, options);
        options.requireFor("--generated and --autoencoder", sets.given(), "--metrics");
        for (Metric metric : plan.metrics()) {
            String lacking = lacking(plan, metric);
            if (lacking != null) {
                throw options.wrong(metric + lacking);
            }
        }
        if (writes && !features.given()) {
            throw options.wrong("--write-reference needs --features");
        }
        options.requireFor("--autoencoder or --metrics lpips", plan.wants(Metric.LPIPS), "--lpips");
        return plan;
    }

    /** Returns the end of a message about missing options that the metric needs, or null. */
    private String lacking(EvaluationPlan plan, Metric metric) {
        return switch (plan.lacking(metric)) {
            case NETWORK -> " needs a network, --features KIND:FILE; --metrics psnr,ssim compares image by image "
                    + "without one";
            case GENERATED -> " is of images, --generated; reconstructions have rfid";
            case REAL -> metric == Metric.PR ? " needs images on both sides: --real, or a --reference that holds arr_0"
                    : " compares with images, --real";
            case LPIPS -> " needs its weights, --lpips FILE";
            case null, default -> metric.ofReconstructions() && sets.real == null ? " compares with images, --real"
                    : null;
        };
    }

    private void checkOptions(OptionCheck options) {
        options.requirePositive("--count", "--image-size", "--batch");
        options.requireThreads("--workers");
        features.check(options);
        latents.check(options);
        options.requirePositive("--k", "--classifier-steps");
        options.requireFor("--lpips", lpips.given(), "--lpips-heads");
        options.requireFor("--train-classifier", classifier.file != null, "--classifier-steps");
        if (classifier.file != null && sets.real == null) {
            throw options.wrong("--train-classifier needs images with classes, --real");
        }
        if (!sets.given() && !latents.given() && classifier.file == null && writeReference == null) {
            throw options.wrong("nothing to evaluate: name --generated, --autoencoder, --latents, --write-reference or "
                    + "--train-classifier");
        }
    }
}
