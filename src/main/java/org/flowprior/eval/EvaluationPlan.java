package org.flowprior.eval;

import java.util.EnumSet;
import java.util.Set;

/**
 * What an evaluation measures of which inputs. It tells which images and networks must be opened.
 *
 * @param metrics    what is measured
 * @param inputs     what is given
 * @param statistics whether the result has statistics of the real images
 */
public record EvaluationPlan(Set<Metric> metrics, Set<Input> inputs, boolean statistics) {

    /** An input of metrics. */
    public enum Input {
        /** Generated images. */
        GENERATED("generated images"),
        /** Real images. */
        REAL("real images"),
        /** Statistics in place of the real images. */
        REFERENCE("reference statistics"),
        /** An autoencoder, which reconstructs the real images. */
        AUTOENCODER("an autoencoder"),
        /** A feature network. */
        NETWORK("a feature network"),
        /** The weights of LPIPS. */
        LPIPS("the weights of LPIPS");

        private final String words;

        Input(String words) {
            this.words = words;
        }

        /** Returns the input in words, such as {@code real images}. */
        @Override
        public String toString() {
            return words;
        }
    }

    /** Returns the usual plan for these inputs. It has metrics of features even if there is no network. */
    public static EvaluationPlan usual(Set<Input> inputs, boolean statistics) {
        Set<Metric> metrics = EnumSet.noneOf(Metric.class);
        if (inputs.contains(Input.GENERATED)) {
            metrics.addAll(EnumSet.of(Metric.FID, Metric.SFID, Metric.IS));
            if (inputs.contains(Input.REAL)) {
                metrics.add(Metric.PR);
            }
        }
        if (inputs.contains(Input.AUTOENCODER)) {
            metrics.addAll(EnumSet.of(Metric.PSNR, Metric.SSIM));
            if (inputs.contains(Input.NETWORK)) {
                metrics.add(Metric.RFID);
            }
            if (inputs.contains(Input.LPIPS)) {
                metrics.add(Metric.LPIPS);
            }
        }
        return new EvaluationPlan(metrics, inputs, statistics);
    }

    /** Returns the first input that the metric needs and that is not given, or null. */
    public Input lacking(Metric metric) {
        if (metric.ofFeatures() && !has(Input.NETWORK)) {
            return Input.NETWORK;
        }
        if (!has(Input.GENERATED) && !(metric.ofReconstructions() && has(Input.AUTOENCODER))) {
            return Input.GENERATED;
        }
        boolean comparesStatistics = metric == Metric.FID || metric == Metric.SFID;
        if (metric != Metric.IS && !has(Input.REAL) && !(comparesStatistics && has(Input.REFERENCE))) {
            return Input.REAL;
        }
        return metric == Metric.LPIPS && !has(Input.LPIPS) ? Input.LPIPS : null;
    }

    /** Returns this plan with these metrics. */
    EvaluationPlan withMetrics(Set<Metric> some) {
        return new EvaluationPlan(some, inputs, statistics);
    }

    /** Returns whether the metric is measured. */
    public boolean wants(Metric metric) {
        return metrics.contains(metric);
    }

    /** Returns whether the input is given. */
    public boolean has(Input input) {
        return inputs.contains(input);
    }

    /** Returns whether any image is needed. */
    public boolean looksAtImages() {
        return !metrics.isEmpty() || statistics;
    }

    /** Returns whether features of images are needed. */
    public boolean looksAtFeatures() {
        return statistics || metrics.stream().anyMatch(Metric::ofFeatures);
    }

    /** Returns whether the real images are needed. */
    public boolean looksAtReal() {
        return ofPairs() || realPooled() || realSpatial() || wants(Metric.PR);
    }

    private boolean ofPairs() {
        return metrics.stream().anyMatch(Metric::ofPairs);
    }

    /** Returns whether generated images are compared with real ones in their order. */
    boolean pairsGenerated() {
        return !has(Input.AUTOENCODER) && (ofPairs() || wants(Metric.RFID));
    }

    /** Returns whether statistics of the generated images' features are needed. */
    boolean generatedPooled() {
        return wants(Metric.FID) || wants(Metric.RFID) && !has(Input.AUTOENCODER);
    }

    /** Returns whether statistics of the real images' features are needed. */
    boolean realPooled() {
        return statistics || wants(Metric.RFID) || wants(Metric.FID) && !has(Input.REFERENCE);
    }

    /** Returns whether statistics of the real images' spatial features are needed. */
    boolean realSpatial() {
        return statistics || wants(Metric.SFID) && !has(Input.REFERENCE);
    }

    /** Returns whether statistics of the reconstructions' features are needed. */
    boolean reconstructedPooled() {
        return wants(Metric.RFID) && has(Input.AUTOENCODER);
    }
}
