package org.flowprior.eval;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
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

    /** The nearest neighbour that precision and recall use unless {@link #k} says otherwise. */
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
     * Begins an evaluation of these sets. Without an autoencoder, metrics of reconstructions compare the two sets image
     * by image, in their order.
     *
     * @param generated the images to evaluate, or null
     * @param real      the images to compare them with, or null
     */
    public static Evaluation of(ImageSet generated, ImageSet real) {
        return new Evaluation(generated, real);
    }

    /**
     * Computes FID and sFID against these statistics in place of the real set's; null: against the real set.
     *
     * @param name what messages call the statistics, such as their file
     */
    public Evaluation reference(StatisticsFile.Reference value, String name) {
        reference = value;
        referenceName = name;
        return this;
    }

    /**
     * Evaluates the reconstructions of the real images by this autoencoder; null: none.
     *
     * @param value in evaluation mode, on the {@linkplain #on device}, for images of the set's size
     */
    public Evaluation reconstructedBy(Autoencoder value) {
        autoencoder = value;
        return this;
    }

    /** Compares features of this network; null: none. Messages call it by its label. */
    public Evaluation through(FeatureNetwork value) {
        return through(value, value == null ? null : value.label());
    }

    /**
     * Compares features of this network; null: none.
     *
     * @param name what messages call it, such as its file
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
     * Measures these metrics. By default, measures {@linkplain EvaluationPlan#usual what is usual} for the inputs, but
     * not what the network and the number of images do not allow; the result's notes say what was left out.
     */
    public Evaluation metrics(Metric... values) {
        metrics = new TreeSet<>(List.of(values));
        return this;
    }

    /** Computes what this evaluator computes; by default torch-fidelity. */
    public Evaluation convention(EvaluationConvention value) {
        convention = value;
        return this;
    }

    /** Uses the k-th nearest neighbour for precision and recall; at least 1, by default {@link #DEFAULT_K}. */
    public Evaluation k(int value) {
        k = value;
        return this;
    }

    /** Sets whether the result has statistics of the real images, as a later {@link #reference}; by default not. */
    public Evaluation keepStatistics(boolean value) {
        statistics = value;
        return this;
    }

    /** Computes reconstructions and pairs on this device; by default the CPU. A feature network has its own device. */
    public Evaluation on(Device value) {
        device = value;
        return this;
    }

    /** Shows progress on this console; by default on none. */
    public Evaluation reportTo(Console value) {
        console = value;
        return this;
    }

    /**
     * Reads the images and measures.
     *
     * @throws UnmeasurableException    when a requested metric needs something that is missing
     * @throws RequestException         when sets, networks and reference do not match, and for too few images
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
                return new EvaluationResult(plan.metrics(), pass.measures(standard, convention, k, notes), notes,
                        pass.dimension(), kept);
            }
        }
    }

    private EvaluationPlan plan() {
        Map<Input, Object> given = new EnumMap<>(Input.class);
        given.put(Input.GENERATED, generated);
        given.put(Input.REAL, real);
        given.put(Input.REFERENCE, reference);
        given.put(Input.AUTOENCODER, autoencoder);
        given.put(Input.NETWORK, network);
        given.put(Input.LPIPS, lpips);
        given.values().removeIf(Objects::isNull);
        if (statistics && (real == null || network == null)) {
            throw new UnmeasurableException("statistics need real images and a feature network");
        }
        EvaluationPlan plan = EvaluationPlan.usual(given.keySet(), statistics);
        return metrics == null ? plan : plan.withMetrics(metrics);
    }

    /** Returns the plan without the metrics that network and images do not allow; a requested one must be possible. */
    private EvaluationPlan possible(EvaluationPlan plan, List<String> notes) {
        Set<Metric> possible = EnumSet.noneOf(Metric.class);
        for (Metric metric : plan.metrics()) {
            Input input = plan.lacking(metric);
            String lacking = input != null ? input.toString() : lacking(metric);
            if (lacking == null) {
                possible.add(metric);
            } else if (input != null || metrics != null) {
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
                    ? "spatial features, which the network does not have"
                    : reference == null || reference.spatial() != null ? null
                    : "mu_s and sigma_s in the reference, which does not have them";
            case IS -> {
                int parts = convention.inceptionScore().parts();
                yield !network.outputs().contains(FeatureNetwork.Output.LOGITS)
                        ? "logits of classes, which the network does not have"
                        : generated.count() >= parts ? null : "an image for each of its " + parts + " parts, and "
                                + generated.name() + " has " + generated.count()
                                + "; --convention adm takes any number";
            }
            default -> null;
        };
    }

    private void requireFittingSets(EvaluationPlan plan) {
        if (plan.pairsGenerated()) {
            requireMatchingPairs();
        }
        requireCovariance(generated, plan.generatedPooled() || plan.wants(Metric.SFID));
        requireCovariance(real, plan.realPooled() || plan.realSpatial());
        if (plan.wants(Metric.PR)) {
            requireNeighbour(generated);
            requireNeighbour(real);
        }
    }

    private void requireMatchingPairs() {
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
            throw new RequestException(images.name() + " has one image; a covariance of features needs at least two");
        }
    }

    private void requireNeighbour(ImageSet images) {
        if (images.count() <= k) {
            throw new RequestException("--k " + k + " is too large for " + images.name() + ": none of its "
                    + images.count() + " images has another that is its neighbour number " + k);
        }
    }
}
