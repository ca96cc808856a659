package org.flowprior.eval;

import java.util.List;
import java.util.Set;

/**
 * What an {@link Evaluation} measured.
 *
 * @param metrics    what was measured: the metrics that were asked for, or those that the network and the sets allow
 * @param measures   the numbers, in the order of the metrics
 * @param notes      sentences to know about the numbers: what was left out and why, and what the numbers assume
 * @param dimension  numbers in a feature vector; 0 without a network
 * @param statistics of the real images, in the innermost scope; null unless {@link Evaluation#keepStatistics} was set
 */
public record EvaluationResult(Set<Metric> metrics, List<Measure> measures, List<String> notes, int dimension,
        StatisticsFile.Reference statistics) {

    /**
     * A number.
     *
     * @param key   see {@link Metric}
     * @param label the name for people; it names the network unless that is the Inception of published numbers
     * @param value the number, which may be infinite
     */
    public record Measure(String key, String label, double value) {}

    /**
     * The number with that key.
     *
     * @throws IllegalArgumentException when it was not measured
     */
    public double value(String key) {
        return measures.stream().filter(measure -> measure.key.equals(key)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + key + "' was not measured")).value;
    }
}
