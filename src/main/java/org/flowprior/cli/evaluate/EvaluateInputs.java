package org.flowprior.cli.evaluate;

import java.io.IOException;
import java.util.Locale;
import java.util.function.Function;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.cli.common.FileArguments;
import org.flowprior.config.RequestException;
import org.flowprior.eval.FeatureNetwork;
import org.flowprior.eval.StatisticsFile;
import org.flowprior.torch.Device;
import picocli.CommandLine.ParameterException;

/** The images, statistics and networks that the options name, opened and looked at together. */
final class EvaluateInputs implements AutoCloseable {

    private final EvaluateSets sets;
    private final EvaluateFeatureOptions features;
    private EvaluatePlan plan;
    private Autoencoder autoencoder;
    private EvaluateImages generated;
    private EvaluateImages real;
    private StatisticsFile.Reference reference;
    private FeatureNetwork network;

    private EvaluateInputs(EvaluatePlan plan, EvaluateSets sets, EvaluateFeatureOptions features) {
        this.plan = plan;
        this.sets = sets;
        this.features = features;
    }

    /**
     * Opens what the plan needs.
     *
     * @throws RequestException when it does not go together, and for too few images
     */
    static EvaluateInputs open(EvaluatePlan plan, EvaluateSets sets, EvaluateFeatureOptions features,
            EvaluateConvention convention, int k, Device device, Function<String, ParameterException> wrong,
            EvaluateReport report) throws IOException {
        EvaluateInputs inputs = new EvaluateInputs(plan, sets, features);
        try {
            inputs.openSets(device);
            inputs.openFeatures(convention, device, wrong, report);
            inputs.requireEnough(k);
            return inputs;
        } catch (RuntimeException | IOException e) {
            inputs.close();
            throw e;
        }
    }

    private void openSets(Device device) throws IOException {
        if (sets.reference() != null) {
            reference = StatisticsFile.read(sets.reference());
        }
        if (plan.autoencoder()) {
            FileArguments.requireFiles(sets.autoencoder());
            autoencoder = Autoencoder.read(sets.autoencoder(), config -> config.withRepa(null));
            autoencoder.to(device);
            autoencoder.eval();
        }
        openImages();
    }

    private void openFeatures(EvaluateConvention convention, Device device,
            Function<String, ParameterException> wrong, EvaluateReport report) throws IOException {
        if (features.given() && (plan.writesReference()
                || plan.metrics().stream().anyMatch(EvaluateMetric::ofFeatures))) {
            network = features.open(device, generated == null ? real.side() : generated.side());
            plan = plan.given(network, reference == null || reference.spatial() != null, few(convention), wrong,
                    report::note);
        }
    }

    private void openImages() throws IOException {
        Integer crop = sets.imageSize();
        if (autoencoder != null) {
            int side = autoencoder.config().imageSize();
            if (crop != null && crop != side) {
                throw new RequestException("--image-size " + crop + " does not go with " + sets.autoencoder()
                        + ", which takes images of " + side + " pixels");
            }
            crop = side;
        }
        if (plan.generated()) {
            generated = EvaluateImages.open(sets.generated(), sets, sets.imageSize());
        }
        if (plan.looksAtReal()) {
            real = EvaluateImages.open(sets.real() == null ? sets.reference() : sets.real(), sets, crop);
        }
        if (plan.pairsGenerated()) {
            requirePairs();
        }
    }

    private String few(EvaluateConvention convention) {
        int parts = convention.inceptionScore().parts();
        return generated == null || generated.count() >= parts ? null : "an image for each of its " + parts
                + " parts, and " + generated.path() + " has " + generated.count()
                + "; --convention adm takes any number";
    }

    /** Refuses sets of too few images. */
    private void requireEnough(int k) {
        requireCovariance(generated, plan.generatedCovariance());
        requireCovariance(real, plan.realPooled() || plan.realSpatial());
        if (plan.wants(EvaluateMetric.PR)) {
            requireNeighbour(generated, k);
            requireNeighbour(real, k);
        }
    }

    private static void requireCovariance(EvaluateImages images, boolean needed) {
        if (needed && images.count() < 2) {
            throw new RequestException(images.path() + " has one image; a covariance of features needs two at least");
        }
    }

    private static void requireNeighbour(EvaluateImages images, int k) {
        if (images.count() <= k) {
            throw new RequestException("--k " + k + " is too large for " + images.path() + ": none of its "
                    + images.count() + " images has another that is its neighbour number " + k);
        }
    }

    private void requirePairs() {
        if (generated.side() != real.side()) {
            throw new RequestException(sets.generated() + " has images of " + generated.side() + " pixels, "
                    + sets.real() + " of " + real.side() + "; pairs must be of one size, --image-size makes them");
        }
        if (generated.count() != real.count()) {
            throw new RequestException(sets.generated() + " has " + generated.count() + " images, " + sets.real() + " "
                    + real.count() + "; pairs are matched by their order, so there must be as many");
        }
    }

    /** A run over them, which takes the pairs over. */
    EvaluateRun run(EvaluatePairs pairs, Device device) {
        return new EvaluateRun(plan, network, network == null ? null : features.file(), autoencoder, pairs, device);
    }

    /** What is measured, without what the network cannot give. */
    EvaluatePlan plan() {
        return plan;
    }

    /** The images to be judged, or null. */
    EvaluateImages generated() {
        return generated;
    }

    /** The images that they are compared with, or null. */
    EvaluateImages real() {
        return real;
    }

    /** The statistics that stand for those, or null. */
    StatisticsFile.Reference reference() {
        return reference;
    }

    /** The network, or null. */
    FeatureNetwork network() {
        return network;
    }

    /** States what is compared. */
    void report(EvaluateReport report, EvaluateConvention convention, int k, int dimension) {
        set(report, "generated", generated);
        set(report, "real", real);
        EvaluateImages judged = generated == null ? real : generated;
        report.fact("imageSize", judged.side());
        if (real != null && real.side() != judged.side()) {
            report.fact("realImageSize", real.side());
        }
        if (sets.reference() != null) {
            report.fact("reference", sets.reference().toString());
            report.row("reference", sets.reference().toString());
        }
        if (autoencoder != null) {
            report.fact("autoencoder", sets.autoencoder().toString());
            report.row("autoencoder", sets.autoencoder().toString());
        }
        if (network != null) {
            report.fact("features", network.label());
            report.fact("featuresFile", features.file().toString());
            report.fact("published", network.isInception());
            report.fact("dimension", dimension);
            report.row("features", String.format(Locale.ROOT, "%s, %,d numbers%s", features.file(), dimension,
                    network.isInception() ? "" : "; not to be set beside published results"));
        }
        if (plan.wants(EvaluateMetric.IS) || plan.wants(EvaluateMetric.PR)) {
            report.fact("convention", convention.toString());
            if (plan.wants(EvaluateMetric.PR)) {
                report.fact("k", k);
            }
            report.row("convention", convention + (plan.wants(EvaluateMetric.PR) ? ", k = " + k : ""));
            convention.notes(plan).forEach(report::note);
        }
    }

    private static void set(EvaluateReport report, String name, EvaluateImages images) {
        if (images != null) {
            report.fact(name, images.path().toString());
            report.fact(name + "Images", images.count());
            report.row(name, images.toString());
        }
    }

    @Override
    public void close() {
        for (EvaluateImages images : new EvaluateImages[] {generated, real}) {
            if (images != null) {
                images.close();
            }
        }
        if (autoencoder != null) {
            autoencoder.close();
        }
        if (network != null) {
            network.close();
        }
    }
}
