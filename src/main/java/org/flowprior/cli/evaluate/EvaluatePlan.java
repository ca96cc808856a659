package org.flowprior.cli.evaluate;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.flowprior.eval.FeatureNetwork;
import picocli.CommandLine.ParameterException;

/**
 * What is measured of what is there.
 *
 * @param metrics       what is asked for
 * @param asked         whether the user named the metrics
 * @param generated     whether there are generated images
 * @param real          whether there are real images, their own or a reference's
 * @param reference     whether statistics stand for the real images
 * @param autoencoder   whether there are reconstructions of the real images
 * @param writesReference whether statistics of the real images are written
 */
record EvaluatePlan(Set<EvaluateMetric> metrics, boolean asked, boolean generated, boolean real, boolean reference,
        boolean autoencoder, boolean writesReference) {

    /**
     * The plan that the options make.
     *
     * @param images    whether there are real images: of --real, or in the reference
     * @param metrics   those named, or null
     */
    static EvaluatePlan of(EvaluateSets sets, boolean images, List<EvaluateMetric> metrics, boolean network,
            boolean lpips, Path writeReference, Function<String, ParameterException> wrong) {
        boolean generated = sets.generated() != null;
        boolean autoencoder = sets.autoencoder() != null;
        boolean reference = sets.reference() != null;
        Set<EvaluateMetric> chosen = metrics == null ? usual(generated, autoencoder, images, network, lpips)
                : EnumSet.copyOf(metrics);
        EvaluatePlan plan = new EvaluatePlan(chosen, metrics != null, generated, images, reference, autoencoder,
                writeReference != null);
        plan.check(sets, network, lpips, wrong);
        return plan;
    }

    private static Set<EvaluateMetric> usual(boolean generated, boolean autoencoder, boolean images, boolean network,
            boolean lpips) {
        Set<EvaluateMetric> metrics = EnumSet.noneOf(EvaluateMetric.class);
        if (generated) {
            metrics.addAll(EnumSet.of(EvaluateMetric.FID, EvaluateMetric.SFID, EvaluateMetric.IS));
            if (images) {
                metrics.add(EvaluateMetric.PR);
            }
        }
        if (autoencoder) {
            metrics.addAll(EnumSet.of(EvaluateMetric.PSNR, EvaluateMetric.SSIM));
            if (network) {
                metrics.add(EvaluateMetric.RFID);
            }
            if (lpips) {
                metrics.add(EvaluateMetric.LPIPS);
            }
        }
        return metrics;
    }

    private void check(EvaluateSets sets, boolean network, boolean lpips, Function<String, ParameterException> wrong) {
        if (generated && sets.real() == null && !reference) {
            throw wrong.apply("--generated needs --real or --reference to be compared with");
        }
        if (sets.real() == null && (autoencoder || writesReference)) {
            throw wrong.apply((autoencoder ? "--autoencoder" : "--write-reference") + " needs the images, --real");
        }
        if (reference && !generated) {
            throw wrong.apply("--reference goes with --generated");
        }
        if (asked && !generated && !autoencoder) {
            throw wrong.apply("--metrics goes with --generated and --autoencoder");
        }
        for (EvaluateMetric metric : metrics) {
            check(metric, sets, network, lpips, wrong);
        }
        if (writesReference && !network) {
            throw wrong.apply("--write-reference needs --features");
        }
        if (lpips && !metrics.contains(EvaluateMetric.LPIPS)) {
            throw wrong.apply("--lpips goes with --autoencoder or --metrics lpips");
        }
    }

    private void check(EvaluateMetric metric, EvaluateSets sets, boolean network, boolean lpips,
            Function<String, ParameterException> wrong) {
        String name = metric.name().toLowerCase(Locale.ROOT);
        if (metric.ofFeatures() && !network) {
            throw wrong.apply(name + " needs a network, --features KIND:FILE; --metrics psnr,ssim compares image by "
                    + "image without one");
        }
        boolean ofReconstructions = metric.ofPairs() || metric == EvaluateMetric.RFID;
        if (!ofReconstructions && !generated) {
            throw wrong.apply(name + " is of images, --generated; reconstructions have rfid");
        }
        if (ofReconstructions && sets.real() == null) {
            throw wrong.apply(name + " compares with images, --real");
        }
        if (metric == EvaluateMetric.PR && !real) {
            throw wrong.apply("pr needs images on both sides: --real, or a --reference that holds arr_0");
        }
        if (metric == EvaluateMetric.LPIPS && !lpips) {
            throw wrong.apply("lpips needs its weights, --lpips FILE");
        }
    }

    /**
     * Without what network and images cannot give, unless the user asked for it.
     *
     * @param few     what is wrong with the number of images for an Inception score, or null
     * @param leftOut is told what is left out and why
     */
    EvaluatePlan given(FeatureNetwork network, boolean spatialReference, String few,
            Function<String, ParameterException> wrong, Consumer<String> leftOut) {
        Set<EvaluateMetric> possible = EnumSet.noneOf(EvaluateMetric.class);
        for (EvaluateMetric metric : metrics) {
            String lacking = switch (metric) {
                case SFID -> !network.outputs().contains(FeatureNetwork.Output.SPATIAL)
                        ? "features that know of places, which are not there"
                        : spatialReference ? null : "mu_s and sigma_s in the reference, which are not there";
                case IS -> network.outputs().contains(FeatureNetwork.Output.LOGITS) ? few
                        : "logits of classes, which are not there";
                default -> null;
            };
            String name = metric.name().toLowerCase(Locale.ROOT);
            if (lacking == null) {
                possible.add(metric);
            } else if (asked) {
                throw wrong.apply(name + " needs " + lacking);
            } else {
                leftOut.accept("without " + name + ", which needs " + lacking);
            }
        }
        return new EvaluatePlan(possible, asked, generated, real, reference, autoencoder, writesReference);
    }

    boolean wants(EvaluateMetric metric) {
        return metrics.contains(metric);
    }

    /** Whether images are compared one by one. */
    boolean ofPairs() {
        return metrics.stream().anyMatch(EvaluateMetric::ofPairs);
    }

    /** Whether generated images are compared with real ones in their order. */
    boolean pairsGenerated() {
        return !autoencoder && (ofPairs() || wants(EvaluateMetric.RFID));
    }

    /** Whether a covariance of the generated images' features is needed. */
    boolean generatedCovariance() {
        return wants(EvaluateMetric.FID) || wants(EvaluateMetric.SFID)
                || wants(EvaluateMetric.RFID) && !autoencoder;
    }

    /** Whether any image is to be looked at. */
    boolean looksAtImages() {
        return !metrics.isEmpty() || writesReference;
    }

    /** Whether the real images are to be looked at. */
    boolean looksAtReal() {
        return ofPairs() || realPooled() || realSpatial() || wants(EvaluateMetric.PR);
    }

    /** Whether features' statistics of the real images are needed. */
    boolean realPooled() {
        return writesReference || wants(EvaluateMetric.RFID) || wants(EvaluateMetric.FID) && !reference;
    }

    /** Whether spatial features' statistics of the real images are needed. */
    boolean realSpatial() {
        return writesReference || wants(EvaluateMetric.SFID) && !reference;
    }
}
