package org.flowprior.cli.evaluate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.flowprior.cli.common.DeviceOptions;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.cli.common.PositiveOption;
import org.flowprior.cli.common.Session;
import org.flowprior.config.RequestException;
import org.flowprior.console.Progress;
import org.flowprior.eval.SmallClassifier;
import org.flowprior.eval.StatisticsFile;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code flowprior evaluate}: how good images and latents are, in the numbers of the literature. */
@Command(
        name = "evaluate",
        sortOptions = false,
        description = {
            "Measures generated images, reconstructions and latents: FID, sFID, Inception score, precision and recall, "
                    + "rFID, PSNR, SSIM, LPIPS, and the mean log distance to the k-th nearest target.",
            "FID and its kin are features' numbers: only those of inception:FILE can be set beside published ones. "
                    + "Those of another network are labelled as its own.",
            "Images are read in a stream: memory does not grow with their number, but for precision, recall and the "
                    + "Inception score, which keep features and logits."},
        footerHeading = "%nExamples:%n",
        footer = {
            "  flowprior evaluate --generated samples/in50k --reference VIRTUAL_imagenet256_labeled.npz \\",
            "      --features inception:weights-inception-2015-12-05-6726825d.pth --convention adm",
            "  flowprior evaluate --autoencoder runs/ae/autoencoder.safetensors --real imagenet/val \\",
            "      --features inception:weights-inception-2015-12-05-6726825d.pth --out rfid.json",
            "  flowprior evaluate --real 'procedural:64?seed=0&count=10000' --train-classifier classifier.safetensors",
            "  flowprior evaluate --generated samples/drawn --real 'procedural:64?seed=1&count=500' \\",
            "      --features classifier:classifier.safetensors",
            "  flowprior evaluate --latents caches/drawn --prior runs/prior/prior.safetensors --bank banks/targets"})
public final class Evaluate implements Callable<Integer> {

    private static final int DEFAULT_K = 3;

    @Mixin
    private EvaluateSets sets;

    @Mixin
    private EvaluateFeatureOptions features;

    @Option(names = {"-m", "--metrics"}, split = ",", paramLabel = "NAME",
            description = "of fid, sfid, is, pr, rfid, psnr, ssim and lpips, with commas (default: what the other "
                    + "options allow)")
    private List<EvaluateMetric> metrics;

    @Option(names = "--convention", paramLabel = "NAME", defaultValue = "torch-fidelity",
            description = "torch-fidelity or adm, whose evaluators differ in Inception score, precision and recall; "
                    + "the output says how (default: ${DEFAULT-VALUE})")
    private EvaluateConvention convention;

    @Option(names = "--k", paramLabel = "N", defaultValue = "" + DEFAULT_K,
            description = "which nearest neighbour precision, recall and --latents go by (default: ${DEFAULT-VALUE})")
    private int k;

    @Option(names = "--lpips", paramLabel = "FILE",
            description = "weights of LPIPS: one file with all, or torchvision's vgg16 beside --lpips-heads")
    private Path lpips;

    @Option(names = "--lpips-heads", paramLabel = "FILE", description = "the channel weights of LPIPS, vgg.pth")
    private Path lpipsHeads;

    @Mixin
    private EvaluateNeighbourOptions neighbours;

    @Option(names = "--train-classifier", paramLabel = "FILE",
            description = "first trains a small classifier on --real, minutes on two cores, and writes it")
    private Path trainClassifier;

    @Option(names = "--classifier-steps", paramLabel = "N",
            description = "steps of its training (default: 1000)")
    private Integer classifierSteps;

    @Option(names = "--write-reference", paramLabel = "NPZ",
            description = "writes the statistics of --real for --reference")
    private Path writeReference;

    @Option(names = {"-o", "--out"}, paramLabel = "JSON", description = "also writes the results there")
    private Path out;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0",
            description = "of the points drawn and the classifier's training (default: ${DEFAULT-VALUE})")
    private long seed;

    @Mixin
    private DeviceOptions device;

    @CommandLine.ParentCommand
    private Session session;

    @CommandLine.Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        check();
        FileArguments.requirePlaces(out, writeReference, trainClassifier);
        neighbours.requireThere();
        Device place = device.ready();
        EvaluateReport report = new EvaluateReport();
        try (Scope scope = Scope.open()) {
            if (trainClassifier != null) {
                trainClassifier(report);
            }
            evaluateImages(report, place);
            if (neighbours.given()) {
                new EvaluateNeighbours(neighbours, k, seed, place).report(report);
            }
        }
        report.print(spec.commandLine().getOut());
        if (out != null) {
            report.fact("seed", seed);
            report.write(out);
        }
        return 0;
    }

    private void trainClassifier(EvaluateReport report) throws IOException {
        try (EvaluateImages images = EvaluateImages.open(sets.real(), sets, sets.imageSize())) {
            SmallClassifier.Options standard = SmallClassifier.Options.STANDARD;
            SmallClassifier.Options options = new SmallClassifier.Options(
                    classifierSteps == null ? standard.steps() : classifierSteps,
                    Math.min(standard.batch(), images.count()), standard.width(), seed);
            if (images.source().classes().size() < 2) {
                throw new RequestException("--train-classifier needs images of several classes; " + sets.real()
                        + " has none");
            }
            try (Progress progress = session.console().progress("classifier", options.steps(), 0);
                    SmallClassifier classifier = SmallClassifier.train(images.source(), images.side(), options,
                            sets.workers(), progress::step)) {
                classifier.write(trainClassifier);
                report.row("classifier", trainClassifier + " of " + classifier.names().size() + " classes");
            }
        }
    }

    private void evaluateImages(EvaluateReport report, Device place) throws IOException {
        boolean arrays = sets.referenceHoldsImages();
        EvaluatePlan plan = EvaluatePlan.of(sets, sets.real() != null || arrays, metrics, features.given(),
                lpips != null, writeReference, this::wrong);
        if (!plan.looksAtImages()) {
            return;
        }
        try (EvaluateInputs inputs = EvaluateInputs.open(plan, sets, features, convention, k, place, this::wrong,
                report)) {
            measure(inputs, report, place);
        }
    }

    private void measure(EvaluateInputs inputs, EvaluateReport report, Device place) throws IOException {
        try (EvaluateRun run = inputs.run(EvaluatePairs.open(inputs.plan(), lpips, lpipsHeads, place), place)) {
            run.pass(inputs.generated(), inputs.real(), inputs.reference(), sets.reference(), session.console());
            inputs.report(report, convention, k, run.dimension());
            EvaluateResults results = new EvaluateResults(inputs.plan(), run, inputs.network(), report);
            if (writeReference != null) {
                StatisticsFile.write(writeReference, results.real());
                report.row("reference written", writeReference.toString());
                report.fact("referenceWritten", writeReference.toString());
            }
            results.report(inputs.reference(), convention, k);
        }
    }

    private void check() {
        sets.check(this::wrong);
        features.check(this::wrong);
        neighbours.check(this::wrong);
        PositiveOption.require("--k", k, this::wrong);
        PositiveOption.require("--classifier-steps", classifierSteps, this::wrong);
        if (lpipsHeads != null && lpips == null) {
            throw wrong("--lpips-heads goes with --lpips");
        }
        if (classifierSteps != null && trainClassifier == null) {
            throw wrong("--classifier-steps goes with --train-classifier");
        }
        if (trainClassifier != null && sets.real() == null) {
            throw wrong("--train-classifier needs images with classes, --real");
        }
        if (!sets.given() && !neighbours.given() && trainClassifier == null && writeReference == null) {
            throw wrong("nothing to evaluate: name --generated, --autoencoder, --latents, --write-reference or "
                    + "--train-classifier");
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
