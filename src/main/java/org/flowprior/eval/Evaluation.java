package org.flowprior.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.flowprior.autoencoder.Autoencoder;
import org.flowprior.autoencoder.Lpips;
import org.flowprior.config.RequestException;
import org.flowprior.console.Console;
import org.flowprior.eval.EvaluationPlan.Input;
import org.flowprior.torch.Device;
import org.flowprior.torch.Scope;

/**
 * Measures generated images against real ones, and reconstructions against their images:
 *
 * <pre>{@code
 * try (ImageSet generated = ImageSet.open(Path.of("samples"));
 *         ImageSet real = ImageSet.open(Path.of("imagenet/val"), ImageSet.Options.STANDARD.withSize(256));
 *         FeatureNetwork network = FeatureNetwork.inception(weights, Device.CPU)) {
 *     EvaluationResult result = Evaluation.of(generated, real).through(network).metrics(Metric.FID, Metric.PR).run();
 *     double fid = result.value("fid");
 * }
 * }</pre>
 *
 * <p>All images are read once, in a stream. Memory does not grow with their number, except for precision and recall,
 * which keep the features, and for the Inception score, which keeps the logits. Sets and networks stay their owner's.
 */
public final class Evaluation {

    /** Which neighbour precision and recall go by unless {@link #k} says otherwise. */
    public static final int DEFAULT_K = 3;

    private final ImageSet generated;
    private final ImageSet real;
    private StatisticsFile.Reference reference;
    private String referenceName;
    private Autoencoder autoencoder;
    private FeatureNetwork network;
    private String networkName;
    private Lpips lpips;
    private Set<Metric> metrics;
    private EvaluationConvention convention = EvaluationConvention.TORCH_FIDELITY;
    private int k = DEFAULT_K;
    private boolean statistics;
    private Device device = Device.CPU;
    private Console console = Console.silent();

    private Evaluation(ImageSet generated, ImageSet real) {
        this.generated = generated;
        this.real = real;
    }

    /**
     * An evaluation of these sets. Without an autoencoder, metrics of reconstructions compare the two sets image by
     * image, in their order.
     *
     * @param generated the images to be judged, or null
     * @param real      the images they are compared with, or null
     */
    public static Evaluation of(ImageSet generated, ImageSet real) {
        return new Evaluation(generated, real);
    }

    /**
     * Takes FID and sFID to these statistics, not to those of the real set.
     *
     * @param value null: to the real set
     * @param name  what messages call them, such as their file
     */
    public Evaluation reference(StatisticsFile.Reference value, String name) {
        reference = value;
        referenceName = name;
        return this;
    }

    /**
     * Judges the reconstructions of the real images.
     *
     * @param value in evaluation mode, on the {@linkplain #on device}, for images of the set's size; null: none
     */
    public Evaluation reconstructedBy(Autoencoder value) {
        autoencoder = value;
        return this;
    }

    /** Compares features of that network; null: none. Messages call it by its label. */
    public Evaluation through(FeatureNetwork value) {
        return through(value, value == null ? null : value.label());
    }

    /**
     * Compares features of that network.
     *
     * @param value null: none
     * @param name  what messages call it, such as its file
     */
    public Evaluation through(FeatureNetwork value, String name) {
        network = value;
        networkName = name;
        return this;
    }

    /** Measures LPIPS with these weights, on the {@linkplain #on device}; null: none. */
    public Evaluation lpips(Lpips value) {
        lpips = value;
        return this;
    }

    /**
     * Measures these. By default it measures what is usual for the inputs, without what the network and the number of
     * images do not allow; the result's notes say what was left out.
     */
    public Evaluation metrics(Metric... values) {
        metrics = EnumSet.noneOf(Metric.class);
        metrics.addAll(Arrays.asList(values));
        return this;
    }

    /** Agrees with that evaluator; by default torch-fidelity's. */
    public Evaluation convention(EvaluationConvention value) {
        convention = value;
        return this;
    }

    /** Takes the neighbour of that number for precision and recall, at least 1. */
    public Evaluation k(int value) {
        k = value;
        return this;
    }

    /** Whether the result has statistics of the real images, to be a reference later; by default not. */
    public Evaluation keepStatistics(boolean value) {
        statistics = value;
        return this;
    }

    /** Computes reconstructions and pairs there; by default on the CPU. A feature network knows its own device. */
    public Evaluation on(Device value) {
        device = value;
        return this;
    }

    /** Reports progress there; by default nowhere. */
    public Evaluation reportTo(Console value) {
        console = value;
        return this;
    }

    /**
     * Reads the images and measures.
     *
     * @throws UnmeasurableException    when a metric that was asked for needs something that is not there
     * @throws RequestException         when sets, networks and reference do not go together, and for too few images
     * @throws IllegalArgumentException for images that a network does not take
     */
    public EvaluationResult run() {
        List<String> notes = new ArrayList<>();
        EvaluationPlan plan = possible(plan(), notes);
        requireFittingSets(plan);
        try (ImagePass pass = new ImagePass(plan, network, networkName, autoencoder, lpips, device)) {
            pass.over(generated, real, reference, referenceName, console);
            notes.addAll(convention.notes(plan.metrics()));
            StatisticsFile.Reference kept = statistics ? pass.realStatistics() : null;
            try (Scope scope = Scope.open()) {
                StatisticsFile.Reference standard = reference != null ? reference
                        : statistics ? kept : pass.realStatistics();
                List<EvaluationResult.Measure> measures = new EvaluationNumbers(plan, pass, network, notes)
                        .measure(standard, convention, k);
                return new EvaluationResult(plan.metrics(), measures, notes, pass.dimension(), kept);
            }
        }
    }

    private EvaluationPlan plan() {
        Set<Input> inputs = EnumSet.noneOf(Input.class);
        add(inputs, Input.GENERATED, generated);
        add(inputs, Input.REAL, real);
        add(inputs, Input.REFERENCE, reference);
        add(inputs, Input.AUTOENCODER, autoencoder);
        add(inputs, Input.NETWORK, network);
        add(inputs, Input.LPIPS, lpips);
        if (statistics && (real == null || network == null)) {
            throw new UnmeasurableException("statistics need real images and a feature network");
        }
        EvaluationPlan plan = EvaluationPlan.usual(inputs, statistics);
        return metrics == null ? plan : plan.withMetrics(metrics);
    }

    private static void add(Set<Input> inputs, Input input, Object value) {
        if (value != null) {
            inputs.add(input);
        }
    }

    /** The plan without what network and images do not allow, unless it was asked for. */
    private EvaluationPlan possible(EvaluationPlan plan, List<String> notes) {
        Set<Metric> possible = EnumSet.noneOf(Metric.class);
        for (Metric metric : plan.metrics()) {
            Input input = plan.lacking(metric);
            if (input != null) {
                throw new UnmeasurableException(metric + " needs " + input);
            }
            String lacking = lacking(metric);
            if (lacking == null) {
                possible.add(metric);
            } else if (metrics != null) {
                throw new UnmeasurableException(metric + " needs " + lacking);
            } else {
                notes.add("without " + metric + ", which needs " + lacking);
            }
        }
        return plan.withMetrics(possible);
    }

    private String lacking(Metric metric) {
        return switch (metric) {
            case SFID -> !network.outputs().contains(FeatureNetwork.Output.SPATIAL)
                    ? "features that know of places, which are not there"
                    : reference == null || reference.spatial() != null ? null
                    : "mu_s and sigma_s in the reference, which are not there";
            case IS -> {
                int parts = convention.inceptionScore().parts();
                yield !network.outputs().contains(FeatureNetwork.Output.LOGITS)
                        ? "logits of classes, which are not there"
                        : generated.count() >= parts ? null : "an image for each of its " + parts + " parts, and "
                        + generated.name() + " has " + generated.count() + "; --convention adm takes any number";
            }
            default -> null;
        };
    }

    private void requireFittingSets(EvaluationPlan plan) {
        if (plan.pairsGenerated()) {
            requirePairs();
        }
        requireCovariance(generated, plan.generatedPooled() || plan.wants(Metric.SFID));
        requireCovariance(real, plan.realPooled() || plan.realSpatial());
        if (plan.wants(Metric.PR)) {
            requireNeighbour(generated);
            requireNeighbour(real);
        }
    }

    private void requirePairs() {
        if (generated.side() != real.side()) {
            throw new RequestException(generated.name() + " has images of " + generated.side() + " pixels, "
                    + real.name() + " of " + real.side() + "; pairs must be of one size, --image-size makes them");
        }
        if (generated.count() != real.count()) {
            throw new RequestException(generated.name() + " has " + generated.count() + " images, " + real.name() + " "
                    + real.count() + "; pairs are matched by their order, so there must be as many");
        }
        if (generated.batch() != real.batch()) {
            throw new RequestException(generated.name() + " is read in batches of " + generated.batch() + " images, "
                    + real.name() + " of " + real.batch() + "; pairs are made of equal batches");
        }
    }

    private static void requireCovariance(ImageSet images, boolean needed) {
        if (needed && images.count() < 2) {
            throw new RequestException(images.name() + " has one image; a covariance of features needs two at least");
        }
    }

    private void requireNeighbour(ImageSet images) {
        if (images.count() <= k) {
            throw new RequestException("--k " + k + " is too large for " + images.name() + ": none of its "
                    + images.count() + " images has another that is its neighbour number " + k);
        }
    }
}
