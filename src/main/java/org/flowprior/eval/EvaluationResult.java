package org.flowprior.eval;

import java.util.List;
import java.util.Set;

/**
 * What an {@link Evaluation} measured.
 *
 * @param metrics    what was measured: the requested metrics, or those that the network and the sets allow
 * @param measures   the numbers, in the order of the metrics
 * @param notes      sentences about the numbers: what was left out and why, and what the numbers assume
 * @param dimension  length of a feature vector; 0 without a network
 * @param statistics of the real images, in the innermost scope; null unless {@link Evaluation#keepStatistics} was set
 */
public record EvaluationResult(Set<Metric> metrics, List<Measure> measures, List<String> notes, int dimension,
        StatisticsFile.Reference statistics) {

    /**
     * One number of the result.
     *
     * @param key   see {@link Metric}
     * @param label the name for people, with the network's unless that is the Inception of published numbers
     * @param value the number, which may be infinite
     */
    public record Measure(String key, String label, double value) {}

    /**
     * Returns the number with this key.
     *
     * @throws IllegalArgumentException when it was not measured
     */
    public double value(String key) {
        return measures.stream().filter(measure -> measure.key.equals(key)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + key + "' was not measured")).value;
    }
}
